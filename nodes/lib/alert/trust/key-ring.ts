import { V2xError } from '../../errors';
import { importKey, isInForce, type Key, type KeyMaterial } from './key';

/** The key that signs, and all that are accepted: so that keys are changed without a gap. */
export class KeyRing {
  private readonly keys: ReadonlyMap<string, Key>;

  private constructor(
    private readonly current: Key,
    accepted: readonly Key[],
  ) {
    this.keys = new Map([current, ...accepted].map((key) => [key.keyId, key]));
    if (this.keys.size <= accepted.length) {
      throw new V2xError('key', `Two keys have the same id; every key needs its own: ${this.ids}`);
    }
  }

  /**
   * @param current the key that signs; it is accepted too
   * @param accepted previous keys, coming keys, or keys of other stations
   * @throws V2xError `key` when one is not usable or two have the same id
   */
  static async create(current: KeyMaterial, accepted: readonly KeyMaterial[] = []): Promise<KeyRing> {
    return new KeyRing(await importKey(current), await Promise.all(accepted.map(importKey)));
  }

  /** The ids of all keys, for messages. */
  get ids(): string {
    return [...this.keys.keys()].join(', ');
  }

  /** The accepted key of this id; its time may not have come or be over. */
  find(keyId: string): Key | undefined {
    return this.keys.get(keyId);
  }

  /**
   * The key that signs, with its signing half.
   * @param now Unix seconds
   * @throws V2xError `public-key` or `key-period`
   */
  signer(now: number): Key & { readonly signing: NonNullable<Key['signing']> } {
    const { signing, keyId } = this.current;
    if (!signing) {
      throw new V2xError(
        'public-key',
        `The key "${keyId}" is a public key, which can verify but not sign`,
        { keyId },
        { remedy: 'enter the private key' },
      );
    }
    if (!isInForce(this.current, now)) {
      throw new V2xError(
        'key-period',
        `The key "${keyId}" cannot sign now, which is outside its validity (not-before to not-after)`,
        { keyId },
        { remedy: 'choose another key' },
      );
    }
    return { ...this.current, signing };
  }
}
