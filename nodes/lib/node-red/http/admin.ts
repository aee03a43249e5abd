import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { Clock } from '../../time/clock';
import { messageOf, V2xError } from '../../errors';
import { guardWebSocket, refuseForeign, refuseForeignCall } from './same-origin';

/** What the editor's dialogs may ask of this machine, over Node-RED's admin API. */
export interface AdminRoute<Field extends string = string> {
  readonly method: 'get' | 'post';
  readonly path: `/v2x/${string}`;
  /** Names of what it takes from the query (get) or the JSON body (post); everything else is ignored. */
  readonly fields: readonly Field[];
  /** Gives an object, sent as JSON, or a JPEG picture. What it throws is sent as `{ code, message, details }`. */
  answer(request: AdminRequest<Field>): Promise<object | Buffer>;
}

interface AdminRequest<Field extends string> {
  readonly RED: NodeAPI;
  readonly clock: Clock;
  /** The fields, trimmed; those that were not sent are empty. */
  readonly fields: Readonly<Record<Field, string>>;
  /** Aborted when the asking browser goes away. */
  readonly signal: AbortSignal;
}

/** These routes describe the machine and open cameras, so they are only for users who may deploy flows. */
const PERMISSION = 'flows.write';
const MAX_FIELD_LENGTH = 2048;

/** HTTP statuses of our errors; all others are the caller's to correct. */
const STATUS: Readonly<Record<string, number>> = { busy: 429 };
const CANNOT = 422;

/**
 * Offers the routes of a node type while its module is loaded: to pages of this Node-RED and to programs, with the
 * permission to deploy.
 */
export function serveRoutes(RED: NodeAPI, routes: readonly AdminRoute[], clock: Clock): void {
  // There is none when `httpAdminRoot` is false.
  const admin = RED.httpAdmin as NodeAPI['httpAdmin'] | undefined;
  const permitted = RED.auth.needsPermission(PERMISSION);
  for (const route of routes) {
    admin?.[route.method](route.path, refuseForeignCall, permitted, (request, response) => {
      void serve(route, { RED, clock }, request, response);
    });
  }
}

/** Where Node-RED's settings refuse foreign requests, the editor's WebSocket refuses them too. */
export function guardEditor({ settings, server }: NodeAPI): void {
  const { httpAdminMiddleware, httpAdminRoot } = settings as AdminSettings;
  if (typeof httpAdminRoot !== 'string' || ![httpAdminMiddleware].flat().includes(refuseForeign)) return;
  guardWebSocket(server, `${httpAdminRoot.replace(/\/$/, '')}/comms`);
}

/** As much of Node-RED's settings as says how its admin API is reached. */
interface AdminSettings {
  readonly httpAdminMiddleware?: unknown;
  /** Begins with a slash; false without admin API. */
  readonly httpAdminRoot?: unknown;
}

async function serve(
  route: AdminRoute,
  context: Pick<AdminRequest<string>, 'RED' | 'clock'>,
  request: Request,
  response: Response,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  try {
    const fields = fieldsOf(inputOf(route, request), route.fields);
    const answer = await route.answer({ ...context, fields, signal: gone.signal });
    if (Buffer.isBuffer(answer)) response.type('jpeg').send(answer);
    else response.json(answer);
  } catch (error) {
    const { code, details } = error instanceof V2xError ? error : { code: 'failed', details: {} };
    response.status(STATUS[code] ?? CANNOT).json({ code, message: messageOf(error), details });
  }
}

/**
 * What was sent. Node-RED also reads forms, which a page of any site may let a browser send; JSON it may not.
 * @throws V2xError `input` when it is not JSON
 */
function inputOf({ method }: AdminRoute, request: Request): unknown {
  if (method === 'get') return request.query;
  if (request.is('json')) return request.body;
  throw new V2xError('input', 'The request must be JSON (Content-Type: application/json)');
}

/**
 * Takes bounded texts out of what was sent.
 * @throws V2xError `input` naming the field
 */
function fieldsOf(input: unknown, names: readonly string[]): Record<string, string> {
  const given = typeof input === 'object' && input !== null ? input : {};
  const fields: Record<string, string> = {};
  for (const name of names) {
    const value: unknown = Object.hasOwn(given, name) ? Reflect.get(given, name) : '';
    if (typeof value !== 'string' || value.length > MAX_FIELD_LENGTH || value.includes('\0')) {
      throw new V2xError(
        'input',
        `The field "${name}" must be text of at most ${MAX_FIELD_LENGTH} characters`,
        { name },
      );
    }
    fields[name] = value.trim();
  }
  return fields;
}
