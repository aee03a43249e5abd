import { createHmac, sign as signWith, type KeyObject } from 'node:crypto';
import { V2xError } from '../../errors';
import type { Algorithm } from './algorithms';
import type { KeyRing } from './key-ring';

/** Fits one unfragmented datagram on every link, with room for headers. */
export const LARGEST_TOKEN_BYTES = 1200;

const SIGNATURE_BYTES: Readonly<Record<Algorithm, number>> = { HS256: 32, EdDSA: 64 };

/**
 * Signs a payload as JWS in compact form (RFC 7515). An object becomes a JSON Web Token (RFC 7519) and says so in
 * its header's `typ`; text and bytes are signed as they are, anything else as its JSON text. Synchronous on purpose:
 * it takes microseconds, while WebCrypto would queue for Node's thread pool behind somebody's clip.
 * @param now Unix seconds
 * @throws V2xError `payload` when there is nothing to sign, `too-large`, or what KeyRing.signer throws
 */
export function sign(payload: unknown, ring: KeyRing, now: number): string {
  const { keyId, algorithm, signing } = ring.signer(now);
  const header = { alg: algorithm, kid: keyId, ...(isClaims(payload) ? { typ: 'JWT' } : {}) };
  const bytes = toBytes(payload);
  const size = tokenSize(header, bytes.length, algorithm);
  if (size > LARGEST_TOKEN_BYTES) {
    throw new V2xError(
      'too-large',
      `The signed payload would have ${size} bytes, but at most ${LARGEST_TOKEN_BYTES} fit into a datagram; shorten its texts`,
      { size, limit: LARGEST_TOKEN_BYTES },
    );
  }
  const input = `${base64url(JSON.stringify(header))}.${base64url(bytes)}`;
  return `${input}.${signatureOf(input, algorithm, signing)}`;
}

/** The signature of a JWS signing input (RFC 7515, 5.1) as base64url: HMAC SHA-256 (RFC 7518) or Ed25519 (RFC 8037). */
function signatureOf(input: string, algorithm: Algorithm, key: KeyObject): string {
  if (algorithm === 'HS256') return hmacOf(input, key);
  return signWith(null, Buffer.from(input), key).toString('base64url');
}

/** The HS256 signature of a JWS signing input, as base64url (RFC 7518, 3.2). */
export function hmacOf(input: string, key: KeyObject): string {
  return createHmac('sha256', key).update(input).digest('base64url');
}

function base64url(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}

/** The exact length of a compact JWS: three parts in base64url without padding, and two dots. */
function tokenSize(header: object, payloadBytes: number, algorithm: Algorithm): number {
  const parts = [Buffer.byteLength(JSON.stringify(header)), payloadBytes, SIGNATURE_BYTES[algorithm]];
  return parts.reduce((sum, bytes) => sum + Math.ceil((bytes * 4) / 3), 2);
}

function isClaims(payload: unknown): payload is object {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    !Array.isArray(payload) &&
    !(payload instanceof Uint8Array)
  );
}

function toBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  const text = typeof payload === 'string' ? payload : (JSON.stringify(payload) as string | undefined);
  if (text !== undefined) return Buffer.from(text, 'utf8');
  throw new V2xError('payload', 'Nothing to sign: msg.payload is missing or a function');
}
