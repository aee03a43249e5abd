import { timingSafeEqual, type KeyObject } from 'node:crypto';
import { compactVerify, errors, type CompactJWSHeaderParameters, type FlattenedJWSInput } from 'jose';
import { V2xError } from '../../errors';
import { parseAlert, type Alert } from '../alert';
import { ALGORITHMS } from './algorithms';
import { isInForce, type Key } from './key';
import type { KeyRing } from './key-ring';
import { hmacOf, LARGEST_TOKEN_BYTES } from './sign';

/** Why a datagram was refused; stable, for programs. */
export type RefusalCode =
  | 'too-large'
  | 'malformed'
  | 'unknown-key'
  | 'algorithm'
  | 'key-period'
  | 'signature'
  | 'claims'
  | 'expired'
  | 'future';

export type Verdict =
  | { readonly trusted: true; readonly alert: Alert; readonly keyId: string }
  | { readonly trusted: false; readonly code: RefusalCode; readonly reason: string };

interface VerifyOptions {
  /** Unix seconds. */
  readonly now: number;
  /** How far the sender's clock may run ahead, in seconds. */
  readonly skew: number;
}

/** RFC 7515, 7.1: three parts in base64url. */
const COMPACT_JWS = /^[\w-]+\.[\w-]*\.[\w-]*$/;
const NOT_COMPACT = 'it is not a JWS in compact form (RFC 7515)';
const WRONG_SIGNATURE = 'its signature does not match its key';

/**
 * Decides whether a datagram is an alert to trust: size, form, key and algorithm, signature over the bytes, and only
 * then what it says (RFC 7515, 5.2; RFC 8725). Never throws for what a sender may send.
 */
export async function verifyAlert(
  datagram: Uint8Array | string,
  ring: KeyRing,
  { now, skew }: VerifyOptions,
): Promise<Verdict> {
  try {
    if (datagram.length > LARGEST_TOKEN_BYTES) {
      throw refusal('too-large', `it has ${datagram.length} bytes, more than ${LARGEST_TOKEN_BYTES}`);
    }
    const keyFor = (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => {
      const key = chooseKey(header, ring, now);
      refuseForgery(token, key);
      return key.verifying;
    };
    const { payload, protectedHeader } = await compactVerify(toCompact(datagram), keyFor, {
      algorithms: [...ALGORITHMS],
    });
    const alert = parseAlert(payload);
    checkTimes(alert, now, skew);
    return { trusted: true, alert, keyId: String(protectedHeader.kid) };
  } catch (error) {
    return { trusted: false, ...explain(error) };
  }
}

/** The datagram as text, if every byte of it belongs to the token: decoders pass over a byte order mark, for example. */
function toCompact(datagram: Uint8Array | string): string {
  const text = typeof datagram === 'string' ? datagram : Buffer.from(datagram).toString('latin1');
  if (!COMPACT_JWS.test(text)) throw refusal('malformed', NOT_COMPACT);
  return text;
}

/** Made once: under a flood of forgeries, making errors would cost more than checking signatures. */
const FORGERY = refusal('signature', WRONG_SIGNATURE);

/** The key that the header names; the key, not the header, decides on the algorithm. */
function chooseKey(header: CompactJWSHeaderParameters, ring: KeyRing, now: number): Key {
  const key = typeof header.kid === 'string' ? ring.find(header.kid) : undefined;
  if (!key) throw refusal('unknown-key', 'its key id is unknown');
  if (header.alg !== key.algorithm) {
    throw refusal('algorithm', `key "${key.keyId}" is for ${key.algorithm} only`);
  }
  if (header.typ !== 'JWT') throw refusal('malformed', 'its header lacks typ "JWT"');
  if (!isInForce(key, now)) throw refusal('key-period', `key "${key.keyId}" is not valid now`);
  return key;
}

/**
 * Refuses at once what jose would refuse later, and a signature in another spelling (base64url leaves unused bits).
 * jose asks WebCrypto, which takes a turn in another thread for each datagram; against a flood that is too slow.
 */
function refuseForgery({ protected: header, payload, signature }: FlattenedJWSInput, key: Key): void {
  const { algorithm, signing } = key;
  const authentic =
    algorithm === 'HS256' && signing
      ? isHmacOf(signature, `${header ?? ''}.${String(payload)}`, signing)
      : Buffer.from(signature, 'base64url').toString('base64url') === signature;
  if (!authentic) throw FORGERY;
}

function isHmacOf(signature: string, input: string, key: KeyObject): boolean {
  const [expected, actual] = [Buffer.from(hmacOf(input, key)), Buffer.from(signature)];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function checkTimes({ iat, exp }: Alert, now: number, skew: number): void {
  if (exp <= now) throw refusal('expired', `its validity ended ${(now - exp).toFixed(1)} s ago`);
  if (iat > now + skew) {
    throw refusal('future', `it was issued ${(iat - now).toFixed(1)} s in the future; check both clocks`);
  }
}

function refusal(code: RefusalCode, reason: string): V2xError {
  return new V2xError(code, reason);
}

function explain(error: unknown): { code: RefusalCode; reason: string } {
  if (error instanceof V2xError) return { code: error.code as RefusalCode, reason: error.message };
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return { code: 'signature', reason: WRONG_SIGNATURE };
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return { code: 'algorithm', reason: `its algorithm is not one of ${ALGORITHMS.join(', ')}` };
  }
  if (error instanceof errors.JOSEError) {
    return { code: 'malformed', reason: NOT_COMPACT };
  }
  throw error;
}
