import type { EditorNodeProperties } from 'node-red';
import { directories } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { showUsers } from '../editor/used-by';
import { directory, number } from '../editor/validate';
import { showLength } from './length.editor';

interface Properties extends EditorNodeProperties {
  directory: string;
  segmentSeconds: number | string;
  retentionHours: number | string;
  maxGigabytes: number | string;
  minFreeGigabytes: number | string;
}

const label = labelsOf('v2x-segment-store');

RED.nodes.registerType<Properties>('v2x-segment-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    directory: { value: 'rec', required: true, label: label('directory'), validate: directory() },
    segmentSeconds: { value: 10, label: label('segmentSeconds'), validate: number(1, 600) },
    retentionHours: { value: 1, label: label('retentionHours'), validate: number(0, 24 * 3650) },
    maxGigabytes: { value: 0, label: label('maxGigabytes'), validate: number(0, 1e6) },
    minFreeGigabytes: { value: 1, label: label('minFreeGigabytes'), validate: number(0, 1e6) },
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
