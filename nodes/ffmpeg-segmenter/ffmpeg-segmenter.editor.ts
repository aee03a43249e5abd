import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  camera: string;
  store: string;
  autostart: boolean;
}

const label = labelsOf('ffmpeg-segmenter');
const version = upgrade('ffmpeg-segmenter');

RED.nodes.registerType<Properties>('ffmpeg-segmenter', {
  category: 'V2X footage',
  color: '#8FBC8F',
  icon: 'ffmpeg-segmenter.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    camera: { value: '', type: 'v2x-camera', required: true, label: label('camera') },
    store: { value: '', type: 'v2x-segment-store', required: true, label: label('store') },
    autostart: { value: SETTINGS.autostart.fallback },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'ffmpeg segmenter',
  inputLabels() {
    return this._('ffmpeg-segmenter.input.control');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'ffmpeg-segmenter.output.segment' : 'ffmpeg-segmenter.output.state');
  },
  label() {
    return this.name || labelOf(this._('ffmpeg-segmenter.label.short'), nameOfConfig(this.camera));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
});
