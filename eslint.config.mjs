import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The ground of nodes/lib, which everything may use. */
const GROUND = ['errors', 'time', 'async', 'disk', 'process'];
/** What each other room of nodes/lib may import besides: the arrows of docs/architecture.md. */
const ARROWS = {
  time: [],
  async: [],
  process: [],
  disk: [],
  ffmpeg: [],
  camera: ['ffmpeg'],
  recording: ['camera', 'ffmpeg'],
  clip: ['recording', 'ffmpeg'],
  detection: ['camera', 'ffmpeg'],
  event: [],
  alert: [],
  multicast: [],
  per: [],
  geonet: [],
  denm: ['alert', 'per', 'geonet'],
  j2735: ['per', 'alert'],
  'node-red': [],
};

/** Keeps time injected (law 1), Node-RED in its adapter, and the arrows between rooms. */
function importRules(room, allowed) {
  const forbidden = Object.keys(ARROWS).filter(
    (other) => other !== room && !GROUND.includes(other) && !allowed.includes(other),
  );
  const patterns = [
    { regex: '^node:timers', message: 'Take the time from the injected Clock.' },
    {
      regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
      message: `nodes/lib/${room} may use ${[...allowed, ...GROUND].join(', ')}.`,
    },
    ...(room === 'node-red'
      ? []
      : [{ regex: '^(node-red|@node-red)', message: 'Only nodes/lib/node-red knows Node-RED.' }]),
  ];
  return {
    files: [`nodes/lib/${room}/**/*.ts`],
    ignores: ['nodes/lib/time/clock.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['dist/**', '.v2x/**', '.cache/**', 'node_modules/**', 'nodes/**/wasm/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.source.json', './tsconfig.json', './tsconfig.editor.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // An empty string in a setting means the same as none.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    },
  },
  {
    // Law 1: time is injected; only the clock itself may read it.
    files: ['nodes/lib/**/*.ts'],
    ignores: ['nodes/lib/time/clock.ts'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the time from the injected Clock.' },
        { object: 'performance', property: 'now', message: 'Take the time from the injected Clock.' },
      ],
    },
  },
  {
    // Pixel code is the exception to noUncheckedIndexedAccess: in a loop over an array's own length every index exists,
    // and a check per pixel would cost time.
    files: ['nodes/lib/detection/{engine,frames,rules}/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...Object.entries(ARROWS).map(([room, allowed]) => importRules(room, allowed)),
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts'] })],
    },
    rules: { 'import-x/no-cycle': 'error' },
  },
  {
    // node:test returns promises that the runner itself awaits.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', 'flows/*.js'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        module: 'writable',
        require: 'readonly',
        setTimeout: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
