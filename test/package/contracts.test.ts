import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FromSchema } from 'json-schema-to-ts';
import type { Alert, EventFile } from '../../nodes/contracts';
import type { alertSchema } from '../../nodes/lib/alert/schema';
import type { eventSchema } from '../../nodes/lib/event/schema';
import { atEnd } from '../support/at-end';
import { published } from '../support/unit/published';

/** True when each fits where the other is wanted, and both name the same properties. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? SameNames<A, B> : false) : false;
type SameNames<A, B> = [Named<A>] extends [Named<B>] ? ([Named<B>] extends [Named<A>] ? true : false) : false;
/** The properties of an object that it names, without those that it merely carries. */
type Named<T> = keyof { [Name in keyof T as string extends Name ? never : Name]: true };

// Checked by tsc: the schemas, which are checked when the nodes run, and the types say the same.
const same: [
  Same<EventFile, FromSchema<typeof eventSchema, { keepDefaultedPropertiesOptional: true }>>,
  Same<Alert, FromSchema<typeof alertSchema>>,
  Same<Alert['event'], FromSchema<typeof alertSchema>['event']>,
] = [true, true, true];

/** A program of somebody who uses the package, and one that misuses it. */
const GOOD = `
import type { Alert, ClipManifest, EventFile, IncidentEvent } from '@roadside/node-red-v2x';
import eventSchema from '@roadside/node-red-v2x/event.schema.json' with { type: 'json' };
const dropped: EventFile = { type: 'fire', lat: 37.39, lon: 126.64, lanes: 2 };
const taken = (event: IncidentEvent): number => event.ts + event.distance_m;
const warn = ({ status, event, exp }: Alert): string => status === 'active' ? event.type + exp : '';
const missing = (clip: ClipManifest): number => clip.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
const required: string[] = eventSchema.required;
export { dropped, taken, warn, missing, required };
`;
const BAD = `
import type { EventFile, Alert } from '@roadside/node-red-v2x';
export const noType: EventFile = { severity: 'high' };
export const wrongStatus = (alert: Alert): boolean => alert.status === 'over';
`;

describe('type declarations', () => {
  it('say what the schemas hold', () => {
    assert.deepEqual(same, [true, true, true]);
  });

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`compile in a strict program with nothing else installed (${moduleResolution})`, (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'v2x-consumer-'));
      atEnd(t, () => {
        rmSync(directory, { recursive: true });
      });
      installPublished(directory);
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        lib: ['es2022'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        resolveJsonModule: true,
        skipLibCheck: false,
        noEmit: true,
      };
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));

      writeFileSync(join(directory, 'program.ts'), GOOD);
      assert.equal(compile(directory), '');
      writeFileSync(join(directory, 'program.ts'), BAD);
      const complaints = compile(directory);
      assert.match(complaints, /program\.ts\(3,.*'type' is missing/);
      assert.match(complaints, /program\.ts\(4,.*TS2367/);
      assert.equal(
        complaints
          .trim()
          .split('\n')
          .filter((line) => line.includes('error')).length,
        2,
      );
    });
  }

  it('are types only: nothing runs on import', () => {
    const entry = createRequire(__filename).resolve('@roadside/node-red-v2x');
    assert.match(entry, /dist\/contracts\.js$/);
    assert.doesNotMatch(readFileSync(entry, 'utf8'), /require\(/);
  });
});

/** Lays what npm would publish of the types into node_modules. */
function installPublished(directory: string): void {
  const { files } = published();
  const target = join(directory, 'node_modules', '@roadside', 'node-red-v2x');
  mkdirSync(target, { recursive: true });
  for (const { path } of files.filter(({ path }) => /^(package\.json|dist\/[^/]+)$/.test(path)))
    cpSync(path, join(target, path), { recursive: true });
}

/** @returns what the compiler says */
function compile(directory: string): string {
  const compiler = createRequire(__filename).resolve('typescript/bin/tsc');
  try {
    return execFileSync(process.execPath, [compiler, '-p', directory], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
