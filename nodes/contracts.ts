/**
 * What programs in TypeScript exchange with the nodes: `import type { Alert } from '@roadside/node-red-v2x'`.
 * The one place of these types: the nodes themselves use them. Types only, without imports of their own. Times are Unix seconds unless said otherwise.
 */

/** The content of an event file; only `type` has to be there. See event.schema.json for lengths and ranges; a test holds both equal. */
export interface EventFile {
  /** When it happened, a number or a numeric string. Absent: time of arrival. */
  ts?: number | string;
  /** collision, fire, rollover, blockage or unknown; another short word is carried and treated as unknown. */
  type: string;
  /** Default `high`. */
  severity?: string;
  /** Degrees, WGS 84; `lat` and `lon` come together. */
  lat?: number;
  lon?: number;
  /** Name of the road. */
  road?: string;
  /** How far around the place the warning matters, metres. Default 500. */
  distance_m?: number;
  /** Whether the footage is kept as a clip. Default true. */
  clip_hint?: boolean;
  /** Identifies the incident in updates and cancels. Default: derived from the file name. */
  id?: string;
  /** Whether this reports a new incident, updates it, or cancels it. Default `new`. */
  action?: 'new' | 'update' | 'cancel';
  /** From 0 to 1. */
  confidence?: number;
  /** The camera that saw it; it is not broadcast. */
  camera?: string;
  /** What else a detector wants to say is carried. */
  [property: string]: unknown;
}

/** An event with every default filled in: `msg.payload` of event-dir-in. */
export interface IncidentEvent extends EventFile {
  id: string;
  ts: number;
  action: 'new' | 'update' | 'cancel';
  severity: string;
  distance_m: number;
  clip_hint: boolean;
}

/** The claims of an alert: `msg.payload` of v2x-alert and v2x-verify, and the payload of the JWT on the wire. */
export interface Alert {
  /** Station id, 32 bit, as text. */
  iss: string;
  /** Action id `station:sequence`: the same through update and cancel. */
  sub: string;
  /** Reference time: identifies a version of the alert; strictly increasing. */
  iat: number;
  /** End of validity; this package sends whole seconds, rounded up. */
  exp: number;
  /** When the incident, or its change or end, was detected. */
  detected: number;
  status: 'active' | 'cancelled';
  event: AlertEvent;
  /** A later release may add claims. */
  [claim: string]: unknown;
}

/** What an alert says of the incident. */
export interface AlertEvent {
  id: string;
  type: string;
  severity: string;
  /** Degrees, WGS 84. */
  lat?: number;
  lon?: number;
  road?: string;
  /** Metres. */
  distance_m?: number;
  /** From 0 to 1. */
  confidence?: number;
  /** ETSI TS 102 894-2 CauseCode and SubCauseCode. */
  causeCode: number;
  subCauseCode: number;
  /** ETSI TS 102 894-2: 0 unavailable, 1 lowest, 7 highest. */
  informationQuality: number;
  [property: string]: unknown;
}

/** A span of time. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** A segment that a clip was cut from. */
export interface ClipSource extends TimeSpan {
  readonly name: string;
  /** By how many seconds its times may be off, where that is more than 0.1 s. */
  readonly time_error_s?: number;
}

/** How it was made sure that a clip plays. */
export interface PlaybackCheck {
  /** All of it, or, where that would have taken too long, around the joints of its segments, T0, and each key frame. */
  readonly decoded: 'all' | 'joints and samples';
  /** Seconds of the clip of which every frame was decoded. */
  readonly seconds: number;
  /** What does not play, in seconds of the clip; empty when everything that was decoded does. */
  readonly faults: readonly (TimeSpan & { readonly reason: string })[];
}

/** What lies beside a clip as `accident_<epoch>.json`. */
export interface ClipManifest {
  /** The event as it came to clip-maker. */
  readonly event: object;
  readonly wanted: TimeSpan;
  readonly achieved: TimeSpan;
  /** Seconds into the clip at which the incident was; null when the clip does not reach it. */
  readonly t0_offset_s: number | null;
  /** By how many seconds that may be off, where it is more than 0.1 s: the camera's clock changed about then. */
  readonly time_error_s?: number;
  readonly duration_s: number;
  readonly segments: readonly ClipSource[];
  /** Time within `achieved` that nobody recorded; the picture stands still there. */
  readonly gaps: readonly TimeSpan[];
  readonly method: 'copy' | 'reencode' | 'smart';
  /** How the finished clip was checked for playing: by decoding it. */
  readonly checked: PlaybackCheck;
  /** What anyone who relies on the clip must know. */
  readonly notes: readonly string[];
  /** Of the clip's file, in hexadecimal. */
  readonly sha256: string;
  /** Name and version of what made it. */
  readonly software: string;
}
