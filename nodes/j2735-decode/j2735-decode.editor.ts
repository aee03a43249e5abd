import type { EditorNodeProperties } from 'node-red';
import { parseCodes } from '../lib/j2735/codes';
import { PROFILES, type ProfileName } from '../lib/j2735/profiles';
import { labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed, readable } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  profile: ProfileName;
  codes: string;
  hold: string | number;
}

const label = labelsOf('j2735-decode');
const version = upgrade('j2735-decode');

RED.nodes.registerType<Properties>('j2735-decode', {
  category: 'V2X vehicle',
  color: '#8FB7D3',
  icon: 'j2735-decode.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    profile: { value: SETTINGS.profile.fallback },
    codes: {
      value: SETTINGS.codes.fallback,
      label: label('codes'),
      validate: readable(parseCodes, 'j2735-decode.invalid.codes'),
    },
    hold: { value: SETTINGS.hold.fallback, label: label('hold'), validate: allowed(SETTINGS.hold) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'j2735 decode',
  inputLabels() {
    return this._('j2735-decode.input.message');
  },
  outputLabels(index) {
    return this._(`j2735-decode.output.${index === 0 ? 'alert' : 'refused'}`);
  },
  label() {
    return this.name || this._('j2735-decode.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const showDefaults = () => {
      const profile = $('#node-input-profile').val() as ProfileName;
      $('#node-input-codes').attr('placeholder', PROFILES[profile].codes);
    };
    $('#node-input-profile').on('change', showDefaults);
    showDefaults();
  },
});
