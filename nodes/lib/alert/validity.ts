// The editor's scripts import this file too: nothing here may need Node.js.

/** How long an alert stands that does not say so, as a DENM (EN 302 637-3, defaultValidity). */
export const DEFAULT_VALIDITY_SECONDS = 600;

/** The longest validity of a warning: a day, as ETSI's DeltaTimeSecond allows (TS 102 894-2). */
export const LONGEST_VALIDITY_SECONDS = 86_400;
