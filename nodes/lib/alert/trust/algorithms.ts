// The editor's scripts import this file too: nothing here may need Node.js.

/** HMAC with SHA-256 (RFC 7518, 3.2), or EdDSA with Ed25519 (RFC 8037). */
export const ALGORITHMS = ['HS256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
