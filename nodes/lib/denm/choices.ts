// The editor's scripts import this file too: nothing here may need Node.js.

/**
 * What is put around a DENM: nothing; a BTP-B header (etsi_its_messages of ROS 2); or Ethernet, GeoNetworking and BTP
 * (vanetza's UDP link, radios that take whole frames).
 */
export const FRAMINGS = ['plain', 'btp', 'geonetworking'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** Which traffic an event matters to, seen from the event: TS 102 894-2, RelevanceTrafficDirection. */
export const TRAFFIC_DIRECTIONS = [
  'allTrafficDirections',
  'upstreamTraffic',
  'downstreamTraffic',
  'oppositeTraffic',
] as const;
export type TrafficDirection = (typeof TRAFFIC_DIRECTIONS)[number];
