/** Unix time in seconds, RFC 7519 NumericDate; up to the year 9999. */
const TIME = { type: 'number', minimum: 0, maximum: 253402300799 } as const;

/**
 * The claims of an alert on the wire (JSON Schema 2020-12). Bounds what a holder of a key may send;
 * members that are not named here are carried, so that a later release may add some.
 */
export const alertSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:roadside:node-red-v2x:alert',
  title: 'Alert',
  description: 'Claims of the JSON Web Token that warns vehicles.',
  type: 'object',
  required: ['iss', 'sub', 'iat', 'exp', 'detected', 'status', 'event'],
  properties: {
    iss: { description: 'Station id, 32 bit.', type: 'string', pattern: '^[0-9]{1,10}$' },
    sub: {
      description: 'Action id, station:sequence; stays the same through updates and cancel.',
      type: 'string',
      pattern: '^[0-9]{1,10}:[0-9]{1,5}$',
    },
    iat: { ...TIME, description: 'Reference time: identifies a version of the alert; strictly increasing.' },
    exp: { ...TIME, description: 'End of validity; this package sends whole seconds, rounded up.' },
    detected: { ...TIME, description: 'When the incident, or its change or end, was detected.' },
    status: { description: 'Whether the warning stands.', enum: ['active', 'cancelled'] },
    event: {
      type: 'object',
      required: ['id', 'type', 'severity', 'causeCode', 'subCauseCode', 'informationQuality'],
      properties: {
        id: { type: 'string', minLength: 1, maxLength: 64 },
        type: { type: 'string', minLength: 1, maxLength: 32 },
        severity: { type: 'string', minLength: 1, maxLength: 32 },
        lat: { type: 'number', minimum: -90, maximum: 90 },
        lon: { type: 'number', minimum: -180, maximum: 180 },
        road: { type: 'string', maxLength: 64 },
        distance_m: { type: 'number', minimum: 0, maximum: 100000 },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
        causeCode: {
          description: 'ETSI TS 102 894-2 CauseCode.',
          type: 'integer',
          minimum: 0,
          maximum: 255,
        },
        subCauseCode: { type: 'integer', minimum: 0, maximum: 255 },
        informationQuality: {
          description: 'ETSI TS 102 894-2 InformationQuality: 0 unavailable, 1 lowest, 7 highest.',
          type: 'integer',
          minimum: 0,
          maximum: 7,
        },
      },
    },
  },
} as const;
