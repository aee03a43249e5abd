import assert from 'node:assert/strict';
import { FRAMINGS, type Framing } from '../../../nodes/lib/denm/choices';
import { decodeFrame, frame } from '../../../nodes/lib/denm/framing';
import { decodeDenm, encodeDenm, type Denm } from '../../../nodes/lib/denm/message';
import { alertOfDenm } from '../../../nodes/lib/denm/to-alert';
import { V2xError } from '../../../nodes/lib/errors';
import { fuzz, mutate, type FuzzResult } from '../../support/fuzz';
import { FULL } from './full';
import { SAMPLES } from './vectors';

const sending = () => ({ place: undefined, time: 722_000_000_300, sequence: 7 });
const MESSAGES = [FULL, ...Object.values(SAMPLES).map((hex) => decodeDenm(Buffer.from(hex, 'hex')))];

export function framed(framing: Framing, message: Denm): Buffer {
  return frame(framing, message, encodeDenm(message), sending);
}

/** All messages plain, the last one in the frames too. */
export const SEEDS = [
  ...MESSAGES.map((message) => framed('plain', message)),
  ...FRAMINGS.slice(1).map((framing) => framed(framing, MESSAGES[MESSAGES.length - 1])),
];

/**
 * What becomes of bytes from anybody: `read`, or the code of the error.
 * @throws when that is an error of another kind, or when what was read cannot be written
 */
export function fateOf(bytes: Buffer): string {
  try {
    const { message } = decodeFrame(bytes);
    // What can be read can be written, and read again.
    const written = encodeDenm(message);
    assert.ok(encodeDenm(decodeDenm(written)).equals(written));
    alertOfDenm(message);
    return 'read';
  } catch (error) {
    if (error instanceof V2xError) return error.code;
    throw new Error(bytes.toString('hex'), { cause: error });
  }
}

/** Hostile frames of DENMs, read and turned into alerts. */
export function fuzzFrames(runs: number, seconds: number): Promise<FuzzResult> {
  return fuzz(runs, seconds, () => fateOf(mutate(SEEDS)));
}
