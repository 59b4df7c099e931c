import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededChance } from '../../src/demo/seeded-chance.ts';
import { compareLedgers, identityOf } from '../crash/compare-ledgers.ts';
import { FILTERS, prepareCrashFolder, SECRETS } from '../crash/crash-folder.ts';
import { foldAnew } from '../crash/fold-anew.ts';
import { type Operator, startOperator } from '../crash/operator.ts';
import { readLedger } from '../crash/read-api.ts';
import { startSenders } from '../crash/senders.ts';
import { openTroubledDestinations } from './destinations.ts';
import { drain } from './drain.ts';
import { explainRepeats, type Request } from './explain-repeats.ts';
import { createTroubles, type Lane } from './fault.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { gatewayFaults } from './gateway-faults.ts';
import { judgeEnds, readLogs } from './look-back.ts';
import type { BackendOptions, StoreBackend } from './store-backend.ts';

/**
 * Real gateways under load while destinations, processes and the store fail at random, side by side; then everything is
 * mended, and three ledgers that no gateway ever saw are held against what the gateways say they have. The seed fixes what
 * is sent and what is done in which order; what it meets is the machine's chance.
 */

export interface FaultRunOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly openBackend: (options: BackendOptions) => Promise<StoreBackend>;
  readonly processes: number;
  /** One role for each process, as far as they go; else every process does everything. */
  readonly splitRoles: boolean;
  readonly senders: number;
  /** Longest pause of one sender between two messages, in milliseconds. */
  readonly thinkMs: number;
  /** How long a process is held still. */
  readonly pauseMs: number;
  /** Modules loaded before each gateway, to show that the rig finds what they break. */
  readonly preload: readonly string[];
  readonly say: (line: string) => void;
}

export interface FaultReport {
  readonly seed: number;
  readonly processes: number;
  readonly facts: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Messages that came again, by cause. */
  readonly repeats: Readonly<Record<string, number>>;
  /** While the store was away, by what they said. */
  readonly failedStarts: Readonly<Record<string, number>>;
  /** Errors and warnings in the gateways' logs, by what they tell. */
  readonly complaints: Readonly<Record<string, number>>;
  /** Empty: everything held. */
  readonly findings: readonly string[];
  readonly seconds: { readonly faults: number; readonly drain: number; readonly checks: number };
  /** Where the run's files are, where it found something. */
  readonly kept: string | null;
}

/** How long a gateway waits for a destination: short, so that one that never answers is seen often. */
const DELIVERY_TIMEOUT_MS = 2000;
/** A fault lasts at most so long, and so long at most is the calm between two of one lane. */
const SHORTEST_MS = 1500;
const LONGEST_MS = 15_000;
/** So many pauses' length at most between two pauses. */
const PAUSES_CALM = 6;
/** What is counted as many faults. */
const STORE_FAULTS = 8;

const ROLES = ['receive', 'process', 'deliver'] as const;

export async function faultRun(options: FaultRunOptions): Promise<FaultReport> {
  const place = mkdtempSync(join(tmpdir(), 'retour-faults-'));
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const report = await heldIn(place, options, closers);
    if (report.kept === null) rmSync(place, { recursive: true });
    return report;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function heldIn(
  place: string,
  options: FaultRunOptions,
  closers: (() => Promise<unknown>)[],
): Promise<FaultReport> {
  const { seed, minutes, say } = options;
  const chance = seededChance(seed);
  const findings: string[] = [];
  let fleet: Fleet;
  let operator: Operator;
  const gateway = () => fleet.url();

  const backend = await options.openBackend({
    place,
    tell: message => {
      for (const member of fleet.members) member.tell(message);
    },
  });
  closers.push(backend.close);
  const destinations = await openTroubledDestinations({
    secret: SECRETS.destination,
    paths: Object.keys(FILTERS),
    chance: chance.fork(),
    timeoutMs: DELIVERY_TIMEOUT_MS,
    resume: path => operator.resume(FILTERS[path]!),
  });
  closers.push(destinations.close);
  mkdirSync(join(place, 'gateways'));
  const folder = prepareCrashFolder(join(place, 'gateways'), destinations.url, {
    databaseUrl: backend.url,
    timeoutMs: DELIVERY_TIMEOUT_MS,
  });
  fleet = startFleet({
    folder,
    processes: options.processes,
    roles: nth => (options.splitRoles ? (ROLES[nth] ?? null) : null),
    preload: [...options.preload, ...backend.preload],
    chance: chance.fork(),
  });
  closers.push(fleet.end);
  const senders = startSenders({
    chance: chance.fork(),
    senders: options.senders,
    thinkMs: options.thinkMs,
    secrets: SECRETS,
    gateway,
  });
  operator = startOperator({ chance: chance.fork(), senders, destinations: Object.values(FILTERS), gateway });
  const longestMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (minutes * 60_000) / 40));
  const troubles = createTroubles({ longestMs, unavailable: senders.unavailable, say });
  const { faults, pauses, catchUp } = gatewayFaults({
    fleet,
    pauseMs: options.pauseMs,
    leaseClock: backend.leaseClock,
    onFinding: finding => findings.push(finding),
  });

  const started = Promise.all(fleet.members.map(member => member.listening()));
  await Promise.race([started, fleet.endedAlone]);
  if (fleet.endedThemselves[0] !== undefined) throw new Error(`No run: ${fleet.endedThemselves[0].said}`);
  const beganAt = performance.now();
  const lanes: readonly Lane[] = [
    { name: 'destinations', calmMs: longestMs, faults: destinations.faults },
    { name: 'gateways', calmMs: longestMs, faults },
    { name: 'pauses', calmMs: PAUSES_CALM * options.pauseMs, faults: pauses },
    // A store with few faults has each of them no more often than one with many.
    { name: 'store', calmMs: (longestMs * STORE_FAULTS) / backend.faults.length, faults: backend.faults },
  ];
  await troubles.run(lanes, chance.fork(), new Promise(resolve => setTimeout(resolve, minutes * 60_000)));

  say('nothing is wrong any more; waiting until everything is told, read and delivered');
  const mendedAt = performance.now();
  destinations.calm();
  await senders.finish();
  await operator.finish();
  const aheadMs = await catchUp();
  const drained = await drain({ gateway, aheadMs, pathOf, say });
  const drainedAt = performance.now();

  say('comparing');
  const told = { arrivals: destinations.arrivals(), forged: destinations.forged() };
  const compared = compareLedgers(await readLedger(await gateway()), senders, told, FILTERS);
  const requests: Request[] = operator.redelivered.map(({ account, name, webhookId, atMs }) => {
    return { identity: identityOf({ destination: pathOf(account, name), webhookId }), atMs };
  });
  const ends = judgeEnds(fleet.endedThemselves, troubles.log);
  findings.push(...drained.findings, ...operator.findings, ...compared.findings, ...ends.findings);
  findings.push(...(await fleet.stop()));
  const log = await readLogs(folder, pathOf);
  const repeats = explainRepeats({
    arrivals: told.arrivals,
    harms: troubles.log.harms,
    requests: [...requests, ...drained.asked],
    timeoutMs: DELIVERY_TIMEOUT_MS,
    timeouts: log.timeouts,
  });
  findings.push(...repeats.findings);
  findings.push(...(await backend.inspect()));
  say('folding everything anew');
  findings.push(...(await foldAnew(folder, chance.fork())));
  if (findings.length > 0) {
    const { arrivals } = told;
    const { counts, harms } = troubles.log;
    writeFileSync(join(place, 'ledgers.json'), JSON.stringify({ sent: senders.ledger, arrivals, counts, harms }));
    await backend.keep?.(place);
  }
  const seconds = (fromMs: number, untilMs: number) => Math.round((untilMs - fromMs) / 1000);
  return {
    seed,
    processes: options.processes,
    facts: backend.facts,
    faults: troubles.log.counts,
    counts: {
      ...compared.counts,
      ...operator.done,
      'redeliveries so that the run could end': drained.asked.length,
      'webhooks told to come back': senders.unavailable(),
      'bytes of the store': await backend.bytes(),
    },
    repeats: repeats.counts,
    failedStarts: ends.failedStarts,
    complaints: log.complaints,
    findings,
    seconds: {
      faults: seconds(beganAt, mendedAt),
      drain: seconds(mendedAt, drainedAt),
      checks: seconds(drainedAt, performance.now()),
    },
    kept: findings.length === 0 ? null : place,
  };
}

function pathOf(account: string, name: string): string {
  const [path] = Object.entries(FILTERS).find(([, to]) => to.account === account && to.name === name)!;
  return path;
}
