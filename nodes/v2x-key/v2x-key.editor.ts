import type { EditorNodeProperties } from 'node-red';
import { settingInput } from '../editor/setting-input';
import { labelOf, labelsOf } from '../editor/texts';
import { upgrade } from '../editor/upgrade';
import { showUsers } from '../editor/used-by';
import { check } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
  keyId: string;
  algorithm: string;
  secretEnv: string;
  notBefore: string;
  notAfter: string;
}

interface Credentials {
  secret: string;
  accepted: string;
}

/** Unix seconds or a date. */
const moment = check((value, node) =>
  isNaN(Number(value)) && isNaN(Date.parse(value)) ? node._('v2x-key.invalid.moment') : undefined,
);

/** What the editor shows in place of a stored secret. */
const STORED = '__PWRD__';

const secret = check((value, node) => {
  if (value === STORED) return undefined;
  const isKey = /^(-----BEGIN|\{)/.test(value);
  if ($('#node-config-input-algorithm').val() === 'EdDSA')
    return isKey ? undefined : node._('v2x-key.invalid.key');
  if (isKey) return node._('v2x-key.invalid.asymmetric');
  return new TextEncoder().encode(value).length >= 32 ? undefined : node._('v2x-key.invalid.short');
});

const keySet = check((value, node) =>
  value === STORED || /^\{[^]*"keys"\s*:\s*\[[^]*\}$/.test(value) ? undefined : node._('v2x-key.invalid.set'),
);

const label = labelsOf('v2x-key');
const version = upgrade('v2x-key');

RED.nodes.registerType<Properties, Credentials>('v2x-key', {
  category: 'config',
  defaults: {
    name: { value: '' },
    version: { value: version },
    keyId: { value: SETTINGS.keyId.fallback, required: true, label: label('keyId') },
    algorithm: { value: SETTINGS.algorithm.fallback, required: true },
    secretEnv: { value: SETTINGS.secretEnv.fallback },
    notBefore: { value: '', label: label('notBefore'), validate: moment },
    notAfter: { value: '', label: label('notAfter'), validate: moment },
  },
  credentials: {
    secret: { type: 'password', label: label('secret'), validate: secret },
    accepted: { type: 'password', label: label('accepted'), validate: keySet },
  },
  label() {
    return this.name || labelOf(this.keyId, `(${this.algorithm})`);
  },
  oneditprepare() {
    settingInput(this, '#node-config-input-keyId', { plain: 'text' });
    $('#node-config-input-algorithm').on('change', () => $('#node-config-input-secret').trigger('change'));
    showUsers(this);
  },
});
