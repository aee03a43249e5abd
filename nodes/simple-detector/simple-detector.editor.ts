import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { number } from '../editor/validate';
import type { Area } from '../lib/detection/areas';
import { areasAreValid, AreasField } from './areas.editor';
import type { CameraNode } from './camera-picture.editor';

interface Properties extends EditorNodeProperties {
  version: number;
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
  evidenceFrames: number;
  fireFrames: number;
  stillFrames: number;
  areas: readonly Area[];
  frame: boolean;
}

const label = labelsOf('simple-detector');
const version = upgrade('simple-detector');

/** The part of the open dialog where areas are drawn. */
let field: AreasField | undefined;

RED.nodes.registerType<Properties>('simple-detector', {
  category: 'V2X events',
  color: '#E2C06A',
  icon: 'simple-detector.svg',
  defaults: {
    name: { value: '' },
    version: { value: version },
    camera: { value: '', type: 'v2x-camera', required: false, label: label('camera') },
    width: { value: 640, label: label('width'), validate: number(16, 3840) },
    height: { value: 360, label: label('height'), validate: number(16, 2160) },
    fps: { value: 10, label: label('fps'), validate: number(0.1, 60) },
    engine: { value: 'builtin' },
    mode: { value: 'road' },
    redPercent: { value: 20, label: label('redPercent'), validate: number(0, 100) },
    stillPercent: { value: 0.5, label: label('stillPercent'), validate: number(0.001, 100) },
    fireSeconds: { value: 3, label: label('fireSeconds'), validate: number(0, 3600) },
    stillSeconds: { value: 9, label: label('stillSeconds'), validate: number(0.1, 86_400) },
    cooldownSeconds: { value: 60, label: label('cooldownSeconds'), validate: number(0, 86_400) },
    evidenceFrames: { value: 3, label: label('evidenceFrames'), validate: number(1, 1000) },
    fireFrames: { value: 10, label: label('fireFrames'), validate: number(1, 100_000) },
    stillFrames: { value: 90, label: label('stillFrames'), validate: number(1, 100_000) },
    areas: { value: [], label: label('areas'), validate: areasAreValid },
    frame: { value: false },
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
    return this.name || labelOf(this._('simple-detector.label.short'), nameOfConfig(this.camera));
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
    prepareAreas(this.areas, (key) => this._(`simple-detector.${key}`));
  },
  oneditsave() {
    this.areas = field?.value ?? this.areas;
    field?.close();
  },
  oneditcancel() {
    field?.close();
  },
});

function prepareAreas(stored: unknown, text: (key: string) => string): void {
  const drawn = new AreasField($('#simple-detector-areas')[0], stored, text);
  field = drawn;
  const side = (name: string) => Number($(`#node-input-${name}`).val());
  const setSize = () => {
    drawn.setSize(side('width'), side('height'));
  };
  const camera = $('#node-input-camera');
  const showCamera = (again: boolean) => {
    // Without one the field holds no id of a node.
    const chosen = RED.nodes.node(String(camera.val())) as unknown as CameraNode | null;
    void drawn.showCamera(chosen ?? undefined, again);
  };
  $('#node-input-width, #node-input-height').on('change', setSize);
  camera.on('change', () => {
    showCamera(false);
  });
  $('#simple-detector-picture').on('click', () => {
    showCamera(true);
  });
  setSize();
  showCamera(false);
}
