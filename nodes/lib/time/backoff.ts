/** How long to wait between attempts, in seconds. */
export interface BackoffPolicy {
  /** Wait after the first failure. */
  readonly first: number;
  /** Longest wait. */
  readonly cap: number;
}

export const DEFAULT_BACKOFF: BackoffPolicy = { first: 1, cap: 10 };

/**
 * Capped exponential backoff with jitter, so that units that lost the same thing do not come back in step.
 * @param failures failures in a row so far, 1 or more
 * @param random a number in [0, 1), as Math.random gives
 * @returns seconds to wait: between half of and the whole of first * 2^(failures - 1), at most `cap`
 */
export function backoffDelay(policy: BackoffPolicy, failures: number, random: number): number {
  const full = Math.min(policy.cap, policy.first * 2 ** (failures - 1));
  return full * (0.5 + random / 2);
}
