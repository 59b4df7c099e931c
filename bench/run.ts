import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { acknowledge } from './acknowledge.ts';
import { beside } from './beside.ts';
import { deadDestination } from './dead-destination.ts';
import { endToEnd } from './end-to-end.ts';
import { growth, growthOnPostgres } from './growth.ts';
import { backlog, lifecycle } from './lifecycle.ts';
import { move } from './move.ts';
import { perAdapter } from './per-adapter.ts';
import { postgres } from './postgres.ts';
import { preview } from './preview.ts';
import { pure } from './pure.ts';
import type { Benchmark, Row } from './row.ts';
import { writeAheadLog } from './write-ahead-log.ts';

/** `npm run bench [-- --quick] [--only name] [--size returns]`: measures one thing after the other and writes what it measured into bench/results.json. */
const BENCHMARKS: readonly Benchmark[] = [
  pure,
  perAdapter,
  acknowledge,
  endToEnd,
  beside,
  growth,
  backlog,
  lifecycle,
  deadDestination,
  preview,
  postgres,
  growthOnPostgres,
  move,
  writeAheadLog,
];

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
const size = args.includes('--size') ? Number(args[args.indexOf('--size') + 1]) : null;
if (size !== null && !(size >= 20_000)) throw new Error('--size takes a number of returns, 20,000 at least');
const say = (line: string) => process.stdout.write(`${line}\n`);

const chosen = BENCHMARKS.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  say(`No benchmark is called ${only}. There are: ${BENCHMARKS.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const RESULTS = new URL('results.json', import.meta.url);

/** What a benchmark gave when it last ran whole, and on what machine. */
interface Result {
  readonly benchmark: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

const known = JSON.parse(readFileSync(RESULTS, 'utf8')) as readonly Result[];
const results = new Map(known.map(result => [result.benchmark, result]));
for (const benchmark of chosen) {
  say(`\n${benchmark.name}`);
  const rows = await benchmark.run({ quick, size });
  for (const { what, value, bar, held } of rows) {
    const verdict = held === null ? '' : held ? '  held' : '  NOT HELD';
    say(`  ${what.padEnd(58)} ${value}${bar === null ? '' : `   [${bar}]${verdict}`}`);
  }
  results.set(benchmark.name, { benchmark: benchmark.name, machine: machineNow(), rows });
}

say(`\n${JSON.stringify(machineNow())}`);
if (!quick && size === null) {
  const ordered = BENCHMARKS.flatMap(({ name }) => results.get(name) ?? []);
  writeFileSync(RESULTS, `${JSON.stringify(ordered, null, 2)}\n`);
  say('written to bench/results.json');
}

function machineNow(): Readonly<Record<string, unknown>> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    node: process.version,
    revision: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    load: readFileSync('/proc/loadavg', 'utf8').split(' ')[0],
  };
}
