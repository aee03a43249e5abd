import { existsSync, readFileSync } from 'node:fs';

/** Fields as the vectors have them, in short, and the octets that USDOT's code made of them. */
export interface Vector {
  readonly name: string;
  readonly message: 'RSA' | 'TIM';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly uperHex: string;
}

const SHARED = '../shared/interop/j2735-vectors.json';

/** Made by USDOT's asn1c code of J2735 2016 (asn1_codec), and read and written unchanged by that of 2024. */
export function vectors(): readonly Vector[] {
  return read('test/unit/j2735/vectors.json');
}

/** @returns undefined without the shared folder */
export function sharedVectors(): readonly Vector[] | undefined {
  return existsSync(SHARED) ? read(SHARED) : undefined;
}

function read(path: string): readonly Vector[] {
  return JSON.parse(readFileSync(path, 'utf8')) as Vector[];
}
