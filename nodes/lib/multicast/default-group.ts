import type { MulticastGroup } from './group';

/** What a group is where nothing else is set: on this machine only. */
export const DEFAULT_GROUP: MulticastGroup = {
  address: '239.255.42.99',
  family: 'IPv4',
  port: 37020,
  interfaces: ['lo'],
  hops: 1,
  loopback: true,
};

/** The whole numbers that a port and a hop count may be. */
export const PORTS = { min: 1, max: 65_535 };
export const HOPS = { min: 0, max: 255 };
