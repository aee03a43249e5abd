import { addressOfStation } from './ethernet';

/** Degrees, WGS 84, in steps of 1e-7: as messages and headers carry them. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Who sends a packet, when and where. */
export interface Source extends Place {
  /** 32 bit. */
  readonly station: number;
  /** TS 102 894-2 StationType; 15 is a roadside unit. */
  readonly stationType: number;
  /** TimestampIts, see `toItsTime`. */
  readonly time: number;
  /** Whether the place is that of the station, known well (PAI). */
  readonly accurate: boolean;
}

/** The source of a packet that came in. */
export interface SeenSource extends Place {
  /** The station's link-layer address, in hex. */
  readonly address: string;
  readonly stationType: number;
  /** TimestampIts modulo 2^32. */
  readonly time: number;
  readonly accurate: boolean;
}

/** A long position vector: EN 302 636-4-1 clause 9.5.2. */
export const LONG_POSITION_VECTOR_BYTES = 24;

/** The address was configured and not made up by the station: EN 302 636-4-1 clause 6.3. */
const MANUALLY_CONFIGURED = 0x80;
const ACCURATE = 0x8000;

/** EN 302 636-4-1 clause 9.5.2; the station stands. */
export function longPositionVector({
  station,
  stationType,
  time,
  latitude,
  longitude,
  accurate,
}: Source): Buffer {
  const vector = Buffer.alloc(LONG_POSITION_VECTOR_BYTES);
  vector[0] = MANUALLY_CONFIGURED | ((stationType & 0x1f) << 2);
  vector.set(addressOfStation(station), 2);
  vector.writeUInt32BE(time % 2 ** 32, 8);
  vector.writeInt32BE(latitude, 12);
  vector.writeInt32BE(longitude, 16);
  vector.writeUInt16BE(accurate ? ACCURATE : 0, 20);
  return vector;
}

/** @param vector as long as such a vector */
export function readLongPositionVector(vector: Buffer): SeenSource {
  return {
    address: vector.toString('hex', 2, 8),
    stationType: (vector[0] >> 2) & 0x1f,
    time: vector.readUInt32BE(8),
    latitude: vector.readInt32BE(12),
    longitude: vector.readInt32BE(16),
    accurate: (vector.readUInt16BE(20) & ACCURATE) !== 0,
  };
}
