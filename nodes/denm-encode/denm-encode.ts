import { toAlert } from '../lib/alert/alert';
import { parseCauses } from '../lib/denm/causes';
import { frame } from '../lib/denm/framing';
import { denmOf, placeOf, type DenmSettings } from '../lib/denm/from-alert';
import { encodeDenm, encodeDenmJson, type Denm } from '../lib/denm/message';
import { rehearseEncoding } from '../lib/denm/warm-up';
import { V2xError } from '../lib/errors';
import { PacketNumbers } from '../lib/geonet/packet-numbers';
import type { Place } from '../lib/geonet/position';
import { logStage } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings, type SettingValues } from '../lib/node-red/settings';
import { toItsTime } from '../lib/time/its-time';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

const ACTION_ID = /^\d{1,10}:\d{1,10}$/;

/** Of all these nodes, since stations may share one: receivers drop a packet whose number they know. */
const numbers = new PacketNumbers();

/** Makes a DENM (ETSI EN 302 637-3) of an alert, in the frame that its receivers expect. */
export default defineNode<Config>({
  type: 'denm-encode',
  setup(node) {
    const settings = readSettings(SETTINGS, node.config);
    const { framing, direction, heading, interval } = settings;
    const place = stationPlace(settings);
    const causes = parseCauses(settings.causes);
    const sending = () => {
      const time = toItsTime(node.clock.now());
      return { place, time, sequence: numbers.next(time) };
    };
    rehearseEncoding();
    node.status.ok('ready');
    return {
      input(message, send) {
        const denm = encoded(message.payload, { direction, heading, interval, place, causes });
        const payload = frame(framing, denm.message, denm.bytes, sending);
        send({ ...message, payload, denm: denm.message });
        logStage(node, message, 'encoded');
        node.status.ok('encoded', { bytes: payload.length });
      },
    };
  },
  lossOf({ payload }) {
    const { sub } = Object(payload) as { sub?: unknown };
    return `${typeof sub === 'string' && ACTION_ID.test(sub) ? `Alert ${sub}` : 'A message'} was not encoded and not sent`;
  },
});

/** An alert is put into a DENM; the JSON of a DENM is encoded as it is. */
function encoded(
  payload: unknown,
  settings: DenmSettings,
): { readonly bytes: Buffer; readonly message: Denm } {
  const isDenm = typeof payload === 'object' && payload !== null && 'denm' in payload;
  if (isDenm) return encodeDenmJson(payload);
  const message = denmOf(toAlert(payload), settings);
  return { message, bytes: encodeDenm(message) };
}

function stationPlace({ lat, lon }: SettingValues<typeof SETTINGS>): Place | undefined {
  if (lat === undefined && lon === undefined) return undefined;
  if (lat !== undefined && lon !== undefined) return placeOf({ lat, lon });
  throw new V2xError('setting', 'Latitude and longitude of the unit come together: set both, or none');
}
