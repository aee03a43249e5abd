import type { NodeMessage } from 'node-red';

/**
 * A Node-RED message. `payload` is the thing itself; what surrounds it stands beside it under one name
 * per subject (`event`, `alert`, `clip`, `segment`, `datagram`).
 */
export type Message = NodeMessage;
