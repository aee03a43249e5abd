import type { EditorNodeProperties } from 'node-red';
import { labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  framing: string;
  lat: string | number;
  lon: string | number;
  direction: string;
  heading: string | number;
  interval: string | number;
  causes: string;
}

const label = labelsOf('denm-encode');
const version = upgrade('denm-encode');

RED.nodes.registerType<Properties>('denm-encode', {
  category: 'V2X alerts',
  color: '#E9967A',
  icon: 'denm-encode.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    framing: { value: SETTINGS.framing.fallback },
    lat: { value: '', label: label('lat'), validate: allowed(SETTINGS.lat) },
    lon: { value: '', label: label('lon'), validate: allowed(SETTINGS.lon) },
    direction: { value: SETTINGS.direction.fallback },
    heading: { value: '', label: label('heading'), validate: allowed(SETTINGS.heading) },
    interval: {
      value: SETTINGS.interval.fallback,
      label: label('interval'),
      validate: allowed(SETTINGS.interval),
    },
    causes: { value: SETTINGS.causes.fallback },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: 'denm encode',
  inputLabels() {
    return this._('denm-encode.input.alert');
  },
  outputLabels() {
    return this._('denm-encode.output.message');
  },
  label() {
    return this.name || this._('denm-encode.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
