import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  webcrypto,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { importJWK } from 'jose';
import { V2xError } from '../../errors';
import type { Algorithm } from './algorithms';

type CryptoKey = webcrypto.CryptoKey;

/** RFC 7518, 3.2: a key of at least the hash's size. */
const SHORTEST_SECRET_BYTES = 32;
/** The key id stands in every datagram and in logs. */
const KEY_ID = /^[\x21-\x7e]{1,32}$/;
const MAKE_SECRET = 'make one with: openssl rand -base64 32';
const MAKE_ED25519 = 'make one with: openssl genpkey -algorithm ed25519';

/** What a key is made of. */
export interface KeyMaterial {
  /** `kid` in the header of what it signs; 1 to 32 visible ASCII characters. */
  readonly keyId: string;
  readonly algorithm: Algorithm;
  /** HS256: the secret's bytes, or its text (see `trimSecret`). EdDSA: a private or public key as PEM (PKCS #8, SPKI) or JWK. */
  readonly secret: string | Uint8Array;
  /** Unix seconds; before it the key neither signs nor verifies. */
  readonly notBefore?: number | undefined;
  /** Unix seconds; from then on the key neither signs nor verifies. */
  readonly notAfter?: number | undefined;
}

/** A key that is ready for use. Its algorithm is fixed: whatever a token's header says. */
export interface Key {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly verifying: CryptoKey;
  /** Undefined when only the public half is known. */
  readonly signing: KeyObject | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Makes a key ready for use.
 * @throws V2xError `key` naming the key, what is wrong and how to make a good one; never its secret
 */
export async function importKey(material: KeyMaterial): Promise<Key> {
  const { keyId, algorithm, notBefore = -Infinity, notAfter = Infinity } = material;
  if (!KEY_ID.test(keyId))
    throw bad(keyId.slice(0, 32), 'must have an id of 1 to 32 visible ASCII characters');
  if (!(notBefore < notAfter)) throw bad(keyId, 'has a not-after that is not later than its not-before');
  const keys = algorithm === 'HS256' ? await importSecret(material) : await importEd25519(material);
  return { keyId, algorithm, notBefore, notAfter, ...keys };
}

/**
 * A secret without what surrounds it in a file, a variable or a field: blanks, line breaks (CRLF too) and a byte order
 * mark. `importKey` does it for every secret that comes as text, so that all sides use the same bytes.
 */
export function trimSecret(text: string): string {
  return text.trim();
}

/** Whether a key may be used at a time (Unix seconds). */
export function isInForce({ notBefore, notAfter }: Key, now: number): boolean {
  return now >= notBefore && now < notAfter;
}

/** Whether a key is a PEM or a JWK, and so one for EdDSA rather than a secret for HS256. */
export function isAsymmetric(secret: string): boolean {
  return /^(-----BEGIN |\{[^]*"kty")/.test(trimSecret(secret));
}

type Halves = Pick<Key, 'verifying' | 'signing'>;

async function importSecret({ keyId, secret }: KeyMaterial): Promise<Halves> {
  const bytes = typeof secret === 'string' ? Buffer.from(trimSecret(secret), 'utf8') : secret;
  // As a secret it would let everybody who knows the public key forge alerts.
  if (isAsymmetric(Buffer.from(bytes).toString('utf8')))
    throw bad(keyId, 'is a PEM or JWK, not a secret for HS256; choose the algorithm EdDSA');
  if (bytes.length < SHORTEST_SECRET_BYTES) {
    const found = `has a secret of ${bytes.length} bytes; HS256 needs at least ${SHORTEST_SECRET_BYTES}`;
    throw bad(keyId, `${found}; ${MAKE_SECRET}`);
  }
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await webcrypto.subtle.importKey('raw', bytes, hmac, false, ['verify']);
  return { verifying: key, signing: createSecretKey(bytes) };
}

async function importEd25519({ keyId, secret }: KeyMaterial): Promise<Halves> {
  const key = readAsymmetric(keyId, trimSecret(Buffer.from(secret).toString('utf8')));
  if (key.asymmetricKeyType !== 'ed25519') throw bad(keyId, `is not an Ed25519 key; ${MAKE_ED25519}`);
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return {
    verifying: await toCryptoKey(publicKey),
    signing: key.type === 'private' ? key : undefined,
  };
}

async function toCryptoKey(key: KeyObject): Promise<CryptoKey> {
  return (await importJWK(key.export({ format: 'jwk' }), 'EdDSA')) as CryptoKey;
}

/** PEM or JWK; a PEM that lost its line breaks in a one-line field or an environment variable is fine too. */
function readAsymmetric(keyId: string, text: string): KeyObject {
  const pem = /^-----BEGIN (PRIVATE|PUBLIC) KEY-----([A-Za-z0-9+/=\s\\n]+)-----END \1 KEY-----$/.exec(text);
  try {
    if (pem?.[2] !== undefined) {
      const key = Buffer.from(pem[2].replaceAll(/\\n|\s/g, ''), 'base64');
      return pem[1] === 'PRIVATE'
        ? createPrivateKey({ key, format: 'der', type: 'pkcs8' })
        : createPublicKey({ key, format: 'der', type: 'spki' });
    }
    const jwk = JSON.parse(text) as JsonWebKey;
    return jwk.d === undefined
      ? createPublicKey({ key: jwk, format: 'jwk' })
      : createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    // The cause is left out: a parser's message may quote the key.
    throw bad(keyId, `is neither PEM (PKCS #8 or SPKI) nor a JWK; ${MAKE_ED25519}`);
  }
}

function bad(keyId: string, what: string): V2xError {
  return new V2xError('key', `The key "${keyId}" ${what}`, { keyId });
}
