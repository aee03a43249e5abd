import { randomInt } from 'node:crypto';
import type { CameraInput } from './input';
import type { Output } from '../ffmpeg/command';

/** The two ends of a stream within this machine. */
interface Relay {
  /** For the ffmpeg that has the camera open. */
  readonly output: Output;
  /** For any number of others. */
  readonly input: CameraInput;
}

/** Detectors look at less than that. */
const WIDTH = 640;
/** The first administratively scoped block (RFC 2365), on a port of its own. */
const GROUP = '239.255';
const PORTS = { from: 49_152, to: 65_536 };
const PACKET_BYTES = 7 * 188;
/** MPEG-TS repeats its tables all the time; waiting longer only delays the first pictures. */
const ANALYZE_US = 500_000;

/**
 * A small copy of a camera's picture as MPEG-TS by multicast on the loopback interface. Nobody has to listen, and who
 * does may come, go or be slow: a datagram is sent or lost, and never waits. Each picture stands for itself (MPEG-4
 * without P-frames), so that a lost datagram spoils one and none has to be waited for.
 */
export function newRelay(): Relay {
  const group = `${GROUP}.${randomInt(256)}.${randomInt(1, 255)}:${randomInt(PORTS.from, PORTS.to)}`;
  // The local address keeps it on the loopback interface, on both ends.
  const url = `udp://${group}?localaddr=127.0.0.1`;
  return {
    output: {
      url: `${url}&ttl=0&pkt_size=${PACKET_BYTES}`,
      options: [
        ...['-map', '0:v:0', '-vf', `scale='min(${WIDTH},iw)':-2:flags=fast_bilinear`],
        ...['-c:v', 'mpeg4', '-g', '1', '-q:v', '3', '-pix_fmt', 'yuv420p'],
        // A thread of its own (ffmpeg-formats, "fifo"): a failure here never ends the recording.
        ...['-f', 'fifo', '-fifo_format', 'mpegts', '-drop_pkts_on_overflow', '1'],
        ...['-attempt_recovery', '1', '-recover_any_error', '1', '-recovery_wait_time', '1'],
      ],
    },
    input: {
      url: `${url}&overrun_nonfatal=1`,
      options: ['-protocol_whitelist', 'udp', '-analyzeduration', String(ANALYZE_US), '-f', 'mpegts'],
      secrets: [],
    },
  };
}
