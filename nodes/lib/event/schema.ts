/** Words that come from outside and end up in file names and logs: short, no spaces, no path characters. */
export const WORD = '^[A-Za-z0-9][A-Za-z0-9_.:-]*$';

/**
 * What an event file is: the one definition that validation and help follow from; a test holds the types in
 * `contracts.ts` to it.
 * Published as `@roadside/node-red-v2x/event.schema.json` (JSON Schema 2020-12).
 */
export const eventSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:roadside:node-red-v2x:event',
  title: 'Incident event',
  description:
    'One incident on the road, which a detector writes into the events directory as a *.json file.',
  type: 'object',
  required: ['type'],
  properties: {
    ts: {
      description:
        'When it happened: Unix time in seconds, as a number or a numeric string. Default: time of arrival.',
      anyOf: [
        { type: 'number', minimum: 0, maximum: 253402300799 },
        { type: 'string', maxLength: 32, pattern: '^[0-9]{1,11}(\\.[0-9]+)?$' },
      ],
    },
    type: {
      description:
        'What happened: collision, fire, rollover, blockage or unknown. Any other short word is passed on and treated as unknown.',
      type: 'string',
      maxLength: 32,
      pattern: WORD,
      examples: ['collision', 'fire', 'rollover', 'blockage', 'unknown'],
    },
    severity: {
      description: 'How severe it is.',
      type: 'string',
      maxLength: 32,
      pattern: WORD,
      default: 'high',
    },
    lat: { description: 'Latitude in degrees, WGS 84.', type: 'number', minimum: -90, maximum: 90 },
    lon: { description: 'Longitude in degrees, WGS 84.', type: 'number', minimum: -180, maximum: 180 },
    road: {
      description: 'Name of the road, without control characters.',
      type: 'string',
      maxLength: 64,
      pattern: '^\\P{Cc}*$',
    },
    distance_m: {
      description: 'Radius within which the warning matters, in metres.',
      type: 'number',
      minimum: 0,
      maximum: 100000,
      default: 500,
    },
    clip_hint: {
      description: 'Whether to keep the footage as a clip.',
      type: 'boolean',
      default: true,
    },
    id: {
      description: 'Identifies the incident in updates and cancels. Default: derived from the file name.',
      type: 'string',
      maxLength: 64,
      pattern: WORD,
    },
    action: {
      description: 'Whether this reports a new incident, updates it, or cancels it.',
      enum: ['new', 'update', 'cancel'],
      default: 'new',
    },
    confidence: {
      description: 'How sure the detector is, from 0 to 1.',
      type: 'number',
      minimum: 0,
      maximum: 1,
    },
    camera: {
      description: 'The camera that saw the incident; not broadcast.',
      type: 'string',
      maxLength: 64,
    },
  },
  dependentRequired: { lat: ['lon'], lon: ['lat'] },
} as const;
