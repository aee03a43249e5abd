/** How long to wait between attempts, in seconds. */
export interface BackoffPolicy {
  /** Wait after the first failure. */
  readonly first: number;
  /** Longest wait. */
  readonly cap: number;
}

export const DEFAULT_BACKOFF: BackoffPolicy = { first: 1, cap: 10 };

/**
 * Capped exponential backoff.
 * @param failures failures in a row so far, 1 or more
 * @returns seconds to wait: first * 2^(failures - 1), at most `cap`
 */
export function backoffLimit({ first, cap }: BackoffPolicy, failures: number): number {
  return Math.min(cap, first * 2 ** (failures - 1));
}

/**
 * Capped exponential backoff with jitter, so that units that lost the same thing do not come back in step.
 * @param failures failures in a row so far, 1 or more
 * @param random a number in [0, 1), as Math.random gives
 * @returns seconds to wait: between half of and the whole of `backoffLimit`
 */
export function backoffDelay(policy: BackoffPolicy, failures: number, random: number): number {
  return backoffLimit(policy, failures) * (0.5 + random / 2);
}
