import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { variables } from '../dev/variables.ts';

const file = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
const [, worker = ''] = /^ {2}worker:\n((?: {4}.*\n)+)/m.exec(file) ?? [];
/** What the worker of `docker compose up` is given, by variable. */
const given = new Map(
  [...worker.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

/** Read by the command `holdfast` alone, which runs outside and has the gateway, or naming a file there. */
const ofTheCommand = [
  'HOLDFAST_MODEL',
  'HOLDFAST_POLICIES',
  'HOLDFAST_ENV_FILE',
  'HOLDFAST_UI_URL',
  'HOLDFAST_GATEWAY_ADDRESS',
  'HOLDFAST_GATEWAY_HOSTS',
  'HOLDFAST_GATEWAY_CLAIMS',
  'HOLDFAST_GATEWAY_MAXIMUM_BODY_BYTES',
  'HOLDFAST_GATEWAY_MAXIMUM_FILE_BYTES',
  'HOLDFAST_GATEWAY_MAXIMUM_REQUESTS',
  'HOLDFAST_GATEWAY_RETENTION_DAYS',
];

test('the composed worker is given every variable that a worker reads', () => {
  assert.deepEqual(
    Object.keys(variables.shape).filter((name) => !given.has(name)),
    ofTheCommand,
  );
});

test('each carries its own value in from outside, but for what the containers themselves decide', () => {
  const decidedInside = [...given]
    .filter(([name, value]) => !value.startsWith(`\${${name}:`))
    .map(([name]) => name);
  assert.deepEqual(decidedInside, [
    'TEMPORAL_ADDRESS',
    'TEMPORAL_PROFILE',
    'TEMPORAL_TLS',
    'DATABASE_URL',
    'HOLDFAST_LEDGER',
    'HOLDFAST_JOURNAL',
  ]);
});

test('no variable is given that nothing reads', () => {
  const known = Object.keys(variables.shape);
  assert.deepEqual(
    [...given.keys()].filter((name) => !known.includes(name) && !name.startsWith('TEMPORAL_')),
    [],
  );
});

test('what the worker keeps on a disk is in a volume that has a name', () => {
  const [, folder] = /^VOLUME (\S+)$/m.exec(dockerfile()) ?? [];
  assert.equal(folder, '/data');
  assert.match(worker, /^ {6}- worker-data:\/data$/m);
  assert.match(file, /^volumes:\n(?: {2}.*\n)* {2}worker-data:\n/m);
});

test('the image has the workflow bundle before its user may no longer write', () => {
  const lines = dockerfile().split('\n');
  const bundled = lines.indexOf('RUN node src/worker/prebuild-bundle.ts');
  assert.ok(bundled > lines.indexOf('COPY src ./src'));
  assert.ok(bundled < lines.indexOf('USER node'));
});

function dockerfile(): string {
  return readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
}
