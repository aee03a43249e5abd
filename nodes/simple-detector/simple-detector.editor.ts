import type { EditorNodeProperties } from 'node-red';
import { labelOf, labelsOf, nameOfConfig } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { allowed } from '../editor/validate';
import type { Area } from '../lib/detection/areas';
import { areasAreValid, AreasField } from './areas.editor';
import type { CameraNode } from './camera-picture.editor';
import { SETTINGS } from './settings';

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
    width: { value: SETTINGS.width.fallback, label: label('width'), validate: allowed(SETTINGS.width) },
    height: { value: SETTINGS.height.fallback, label: label('height'), validate: allowed(SETTINGS.height) },
    fps: { value: SETTINGS.fps.fallback, label: label('fps'), validate: allowed(SETTINGS.fps) },
    engine: { value: SETTINGS.engine.fallback },
    mode: { value: SETTINGS.mode.fallback },
    redPercent: {
      value: SETTINGS.redPercent.fallback,
      label: label('redPercent'),
      validate: allowed(SETTINGS.redPercent),
    },
    stillPercent: {
      value: SETTINGS.stillPercent.fallback,
      label: label('stillPercent'),
      validate: allowed(SETTINGS.stillPercent),
    },
    fireSeconds: {
      value: SETTINGS.fireSeconds.fallback,
      label: label('fireSeconds'),
      validate: allowed(SETTINGS.fireSeconds),
    },
    stillSeconds: {
      value: SETTINGS.stillSeconds.fallback,
      label: label('stillSeconds'),
      validate: allowed(SETTINGS.stillSeconds),
    },
    cooldownSeconds: {
      value: SETTINGS.cooldownSeconds.fallback,
      label: label('cooldownSeconds'),
      validate: allowed(SETTINGS.cooldownSeconds),
    },
    evidenceFrames: {
      value: SETTINGS.evidenceFrames.fallback,
      label: label('evidenceFrames'),
      validate: allowed(SETTINGS.evidenceFrames),
    },
    fireFrames: {
      value: SETTINGS.fireFrames.fallback,
      label: label('fireFrames'),
      validate: allowed(SETTINGS.fireFrames),
    },
    stillFrames: {
      value: SETTINGS.stillFrames.fallback,
      label: label('stillFrames'),
      validate: allowed(SETTINGS.stillFrames),
    },
    areas: { value: [], label: label('areas'), validate: areasAreValid },
    frame: { value: SETTINGS.frame.fallback },
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
