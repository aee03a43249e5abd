import { V2xError } from '../../errors';
import type { KeyMaterial } from './key';

/**
 * Reads the keys that are accepted beside the one that signs: a JWK Set (RFC 7517, 5), `{"keys": [...]}`.
 * Each has `kid`; `kty` "oct" with `k` is HS256, "OKP" is Ed25519. Two members of ours may bound its use,
 * `nbf` and `exp`, each Unix seconds or a date as text (ISO 8601).
 * @throws V2xError `key` naming the place; never a secret
 */
export function parseAcceptedKeys(text: string): KeyMaterial[] {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    // The cause is left out: a parser's message may quote a secret.
    throw bad('are not JSON');
  }
  const keys = isRecord(set) ? set.keys : undefined;
  if (!Array.isArray(keys)) throw bad('have no list "keys"');
  return keys.map((jwk: unknown, index) => toMaterial(jwk, `number ${index + 1}`));
}

/**
 * A moment in a setting: Unix seconds, or a date with time as text (ISO 8601).
 * @returns Unix seconds; undefined when there is none
 * @throws V2xError `key` naming the setting
 */
export function momentOf(name: string, value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  const seconds = typeof value === 'string' ? secondsOf(value) : value;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds;
  throw new V2xError(
    'key',
    `"${name}" is not a time`,
    { name },
    { remedy: 'write Unix seconds or 2026-12-31T00:00:00Z' },
  );
}

function secondsOf(text: string): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : Date.parse(text) / 1000;
}

function toMaterial(jwk: unknown, place: string): KeyMaterial {
  if (!isRecord(jwk)) throw bad(`have no object as ${place}`);
  if (typeof jwk.kid !== 'string') throw bad(`have no "kid" in ${place}`);
  const period = { notBefore: momentOf('nbf', jwk.nbf), notAfter: momentOf('exp', jwk.exp) };
  if (jwk.kty === 'oct' && typeof jwk.k === 'string') {
    const secret = Buffer.from(jwk.k, 'base64url');
    return { keyId: jwk.kid, algorithm: 'HS256', secret, ...period };
  }
  if (jwk.kty === 'OKP')
    return { keyId: jwk.kid, algorithm: 'EdDSA', secret: JSON.stringify(jwk), ...period };
  throw bad(`have neither an "oct" key with "k" nor an "OKP" key in ${place}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(what: string): V2xError {
  return new V2xError('key', `The accepted keys ${what}; they must be a JWK Set (RFC 7517): {"keys": [...]}`);
}
