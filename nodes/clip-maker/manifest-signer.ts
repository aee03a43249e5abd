import { CompactSign } from 'jose';
import type { KeyRing } from '../lib/alert/trust/key-ring';
import type { SignManifest } from '../lib/clip/maker';
import type { Clock } from '../lib/time/clock';

/**
 * Signs manifests as JWS in compact form (RFC 7515), the manifest's very bytes as payload. Alerts have to fit a
 * datagram; manifests may be of any length.
 */
export function manifestSigner(ring: KeyRing, clock: Clock): SignManifest {
  return (text) => {
    const { keyId, algorithm, signing } = ring.signer(clock.now());
    return new CompactSign(Buffer.from(text, 'utf8'))
      .setProtectedHeader({ alg: algorithm, kid: keyId, cty: 'json' })
      .sign(signing);
  };
}
