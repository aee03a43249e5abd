/** As much of a test's context as this needs. */
export interface Ending {
  after(fn: () => Promise<void>): void;
}

const endings = new WeakMap<Ending, (() => unknown)[]>();

/**
 * Has something done when a test ends: what was asked for last comes first, so that what was made last is taken apart
 * first. (`context.after` begins with the first: a directory would go before the program that writes into it.)
 */
export function atEnd(context: Ending, fn: () => unknown): void {
  const known = endings.get(context);
  if (known) {
    known.push(fn);
    return;
  }
  const fns = [fn];
  endings.set(context, fns);
  context.after(async () => {
    const failures: unknown[] = [];
    for (const end of fns.reverse()) {
      try {
        await end();
      } catch (error) {
        // The others must still be ended, or they would keep the whole run from ending.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
}
