import { V2xError, type ErrorCode } from '../../errors';
import type { Position } from './json-explain';

/** What is wrong with an event file, and where in its text. */
export class LocatedError extends V2xError {
  constructor(
    code: ErrorCode,
    problem: string,
    readonly position: Position | undefined,
    options: ErrorOptions = {},
  ) {
    super(code, problem, { ...position }, options);
  }
}
