import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { showUsers } from '../editor/used-by';
import { upgrade } from '../editor/upgrade';
import { allowed, directory } from '../editor/validate';
import { showLength } from './length.editor';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  directory: string;
  segmentSeconds: number | string;
  retentionHours: number | string;
  maxGigabytes: number | string;
  minFreeGigabytes: number | string;
}

const label = labelsOf('v2x-segment-store');
const version = upgrade('v2x-segment-store');

RED.nodes.registerType<Properties>('v2x-segment-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    version: { value: version },
    directory: {
      value: SETTINGS.directory.fallback,
      required: true,
      label: label('directory'),
      validate: directory(),
    },
    segmentSeconds: {
      value: SETTINGS.segmentSeconds.fallback,
      label: label('segmentSeconds'),
      validate: allowed(SETTINGS.segmentSeconds),
    },
    retentionHours: {
      value: SETTINGS.retentionHours.fallback,
      label: label('retentionHours'),
      validate: allowed(SETTINGS.retentionHours),
    },
    maxGigabytes: {
      value: SETTINGS.maxGigabytes.fallback,
      label: label('maxGigabytes'),
      validate: allowed(SETTINGS.maxGigabytes),
    },
    minFreeGigabytes: {
      value: SETTINGS.minFreeGigabytes.fallback,
      label: label('minFreeGigabytes'),
      validate: allowed(SETTINGS.minFreeGigabytes),
    },
  },
  label() {
    return this.name || labelOf(this.directory) || this.type;
  },
  oneditprepare() {
    settingInput(this, '#node-config-input-directory', { plain: 'text', offer: directories });
    showLength(this);
    showUsers(this);
  },
});
