import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
  camera: string;
  width: number;
  height: number;
  fps: number;
  engine: 'builtin' | 'opencv';
  mode: 'road' | 'seed';
  redPercent: number;
  stillPercent: number;
  fireSeconds: number;
  stillSeconds: number;
  cooldownSeconds: number;
  fireFrames: number;
  stillFrames: number;
}

RED.nodes.registerType<Properties>('simple-detector', {
  category: 'v2x',
  color: '#E9967A',
  icon: 'simple-detector.svg',
  defaults: {
    name: { value: '' },
    camera: { value: '', type: 'v2x-camera', required: false },
    width: { value: 640, validate: RED.validators.number() },
    height: { value: 360, validate: RED.validators.number() },
    fps: { value: 10, validate: RED.validators.number() },
    engine: { value: 'builtin' },
    mode: { value: 'road' },
    redPercent: { value: 20, validate: RED.validators.number() },
    stillPercent: { value: 0.5, validate: RED.validators.number() },
    fireSeconds: { value: 3, validate: RED.validators.number() },
    stillSeconds: { value: 9, validate: RED.validators.number() },
    cooldownSeconds: { value: 60, validate: RED.validators.number() },
    fireFrames: { value: 10, validate: RED.validators.number() },
    stillFrames: { value: 90, validate: RED.validators.number() },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel: 'simple detector',
  inputLabels() {
    return this._('simple-detector.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'simple-detector.output.event' : 'simple-detector.output.report');
  },
  label() {
    return this.name || this._('simple-detector.label.short');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const mode = $('#node-input-mode');
    const showSettings = () => {
      const isSeed = mode.val() === 'seed';
      $('.simple-detector-road').toggle(!isSeed);
      $('.simple-detector-seed').toggle(isSeed);
    };
    mode.on('change', showSettings);
    showSettings();
  },
});
