import type { EditorNodeProperties } from 'node-red';

interface Properties extends EditorNodeProperties {
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

/** Empty, an environment variable, Unix seconds, or a date. */
const isMoment = (value: string) =>
  /^$|^\$\{.+\}$/.test(value) || !isNaN(Number(value)) || !isNaN(Date.parse(value));

RED.nodes.registerType<Properties, Credentials>('v2x-key', {
  category: 'config',
  defaults: {
    name: { value: '' },
    keyId: { value: 'rsu', required: true },
    algorithm: { value: 'HS256', required: true },
    secretEnv: { value: 'V2X_KEY' },
    notBefore: {
      value: '',
      validate: isMoment,
    },
    notAfter: {
      value: '',
      validate: isMoment,
    },
  },
  credentials: {
    secret: { type: 'password' },
    accepted: { type: 'password' },
  },
  label() {
    return this.name || `${this.keyId} (${this.algorithm})`;
  },
});
