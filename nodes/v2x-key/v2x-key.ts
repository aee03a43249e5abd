import { V2xError } from '../lib/errors';
import { momentOf, parseAcceptedKeys } from '../lib/alert/trust/accepted-keys';
import { trimSecret } from '../lib/alert/trust/key';
import { KeyRing } from '../lib/alert/trust/key-ring';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  notBefore: string;
  notAfter: string;
}

interface Credentials {
  secret: string;
  /** A JWK Set of further keys that are accepted. */
  accepted: string;
}

/** Offers the key that signs, together with all keys that are accepted, as a KeyRing. */
export default defineNode<Config, Credentials, KeyRing>({
  type: 'v2x-key',
  credentials: { secret: { type: 'password' }, accepted: { type: 'password' } },
  async setup({ config, credentials }) {
    const { keyId, algorithm, secretEnv } = readSettings(SETTINGS, config);
    const current = {
      keyId,
      algorithm,
      secret: credentials.secret ?? secretFrom(secretEnv, keyId),
      notBefore: momentOf('not before', config.notBefore),
      notAfter: momentOf('not after', config.notAfter),
    };
    return { api: await KeyRing.create(current, parseAcceptedKeys(credentials.accepted ?? '{"keys":[]}')) };
  },
});

function secretFrom(variable: string, keyId: string): string {
  const secret = trimSecret(process.env[variable] ?? '');
  if (secret !== '') return secret;
  throw new V2xError(
    'no-secret',
    `The key "${keyId}" has no secret: set the environment variable ${variable}, or open the key node and enter one`,
    { keyId, variable },
    { remedy: 'make one with: openssl rand -base64 32' },
  );
}
