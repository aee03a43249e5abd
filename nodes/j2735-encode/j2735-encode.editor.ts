import type { EditorNodeProperties } from 'node-red';
import { parseCodes } from '../lib/j2735/codes';
import { parseDirections } from '../lib/j2735/heading';
import { PROFILES, type MessageKind, type Profile, type ProfileName } from '../lib/j2735/profiles';
import { parseRegional } from '../lib/j2735/regional';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed, readable } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  profile: ProfileName;
  message: MessageKind | 'profile';
  directions: string;
  priority: string | number;
  psid: string | number;
  codes: string;
  clearing: string | number;
  regional: string;
}

const label = labelsOf('j2735-encode');
const version = upgrade('j2735-encode');

RED.nodes.registerType<Properties>('j2735-encode', {
  category: 'V2X alerts',
  color: '#E9967A',
  icon: 'j2735-encode.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    profile: { value: SETTINGS.profile.fallback },
    message: { value: SETTINGS.message.fallback },
    directions: {
      value: SETTINGS.directions.fallback,
      label: label('directions'),
      validate: readable(parseDirections, 'j2735-encode.invalid.directions'),
    },
    priority: { value: '', label: label('priority'), validate: allowed(SETTINGS.priority) },
    psid: { value: '', label: label('psid'), validate: allowed(SETTINGS.psid) },
    codes: {
      value: SETTINGS.codes.fallback,
      label: label('codes'),
      validate: readable(parseCodes, 'j2735-encode.invalid.codes'),
    },
    clearing: {
      value: SETTINGS.clearing.fallback,
      label: label('clearing'),
      validate: allowed(SETTINGS.clearing),
    },
    regional: {
      value: SETTINGS.regional.fallback,
      label: label('regional'),
      validate: readable(parseRegional, 'j2735-encode.invalid.regional'),
    },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'j2735 encode',
  inputLabels() {
    return this._('j2735-encode.input.alert');
  },
  outputLabels() {
    return this._('j2735-encode.output.message');
  },
  label() {
    return this.name || labelOf(this._('j2735-encode.label.short'), kindOf(this.profile, this.message));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const showDefaults = () => {
      const profile = chosenProfile();
      const kind = kindOf(profile, $('#node-input-message').val() as Properties['message']);
      const { priority, psid, codes } = PROFILES[profile];
      $('#node-input-priority').attr('placeholder', priority);
      $('#node-input-psid').attr('placeholder', psid[kind]);
      $('#node-input-codes').attr('placeholder', codes);
    };
    $('#node-input-profile, #node-input-message').on('change', showDefaults);
    showDefaults();
  },
});

function kindOf(profile: ProfileName, message: Properties['message']): MessageKind {
  const known: Profile = PROFILES[profile];
  return message === 'profile' ? known.message : message;
}

function chosenProfile(): ProfileName {
  return $('#node-input-profile').val() as ProfileName;
}
