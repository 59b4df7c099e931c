import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chance, seededChance } from '../../src/demo/seeded-chance.ts';
import { compareLedgers } from './compare-ledgers.ts';
import { FILTERS, prepareCrashFolder, SECRETS } from './crash-folder.ts';
import { foldAnew } from './fold-anew.ts';
import { type GatewayFolder, type GatewayProcess, readLog, spawnGateway } from './gateway-process.ts';
import { inspectFile } from './inspect-file.ts';
import { hesitant, type LedgerDestination, openLedgerDestination, TAKEN } from './ledger-destination.ts';
import { startOperator } from './operator.ts';
import { pause, readBacklog, readLedger, until } from './read-api.ts';
import { type Senders, startSenders } from './senders.ts';

/**
 * Kills a real gateway under load, again and again, starts it again over the same store, and then asks whether anything
 * acknowledged is missing or doubled. The seed fixes what is sent and how each life ends; which instruction a kill meets
 * is the machine's chance, and that is the point.
 */

export interface CrashRunOptions {
  readonly seed: number;
  readonly kills: number;
  readonly senders: number;
  readonly thinkMs: number;
  /** Longest life under load, in milliseconds. */
  readonly lifeMs: number;
  /** Whether destinations refuse and cut off now and then; a refusal is tried again after seconds. */
  readonly trouble: boolean;
  readonly say?: (line: string) => void;
  /** What becomes of the store between a kill and the next start, such as a power cut. */
  readonly afterKill?: (folder: GatewayFolder) => Promise<void>;
  /** Modules loaded before each gateway, to show that the rig finds what they break. */
  readonly preload?: readonly string[];
  /** The store's file. Default in a folder of the run's own. */
  readonly database?: string;
}

export interface CrashReport {
  readonly seed: number;
  readonly kills: Readonly<Record<string, number>>;
  /** Empty: everything held. */
  readonly findings: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Process start to listening after a kill, in milliseconds. */
  readonly ready: { readonly median: number; readonly longest: number };
  /** Start of a process to the first message that arrived, in milliseconds, where something was left to send. */
  readonly firstDelivery: { readonly median: number; readonly longest: number };
  readonly seconds: number;
}

/** How a life ends: after a time, at the nth acknowledgement, while the nth message is at its destination, or before it listens. */
const ENDS = ['time', 'time', 'acknowledgement', 'acknowledgement', 'delivery', 'delivery', 'start'] as const;

export async function crashRun(options: CrashRunOptions): Promise<CrashReport> {
  const { say = () => undefined } = options;
  const startedAt = performance.now();
  const chance = seededChance(options.seed);
  const place = mkdtempSync(join(tmpdir(), 'retour-crash-'));
  const destination = await openLedgerDestination(SECRETS.destination);
  const hesitation = hesitant(chance.fork());
  if (options.trouble) destination.answer(hesitation);
  const { database } = options;
  const folder = prepareCrashFolder(place, () => destination.url, database === undefined ? {} : { database });
  const gateways = createGateways(options.preload ?? []);
  const senders = startSenders({
    chance: chance.fork(),
    senders: options.senders,
    thinkMs: options.thinkMs,
    secrets: SECRETS,
    gateway: () => gateways.url(),
  });
  const operator = startOperator({
    chance: chance.fork(),
    senders,
    destinations: Object.values(FILTERS),
    gateway: () => gateways.url(),
  });
  try {
    const lives = await liveAndDie({ options, folder, chance: chance.fork(), gateways, senders, destination, say });

    destination.answer(() => TAKEN);
    const last = gateways.start(folder);
    await last.listening;
    await senders.finish();
    await operator.finish();
    say('everything is told; waiting until everything is delivered');
    const url = await last.listening;
    await until(
      () => readBacklog(url),
      ({ inbound, lines }) => inbound === 0 && lines === 0,
      'the backlog to go',
      400_000,
    );
    const { findings, counts } = compareLedgers(await readLedger(url), senders, destination, FILTERS);
    const stopped = await last.end('SIGTERM');
    say('stopped; folding everything anew');
    const bytes = statSync(folder.database).size;
    return {
      seed: options.seed,
      kills: lives.kills,
      findings: [
        ...lives.findings,
        ...operator.findings,
        ...findings,
        ...(stopped.code === 0 ? [] : [`SIGTERM ended with ${stopped.code ?? stopped.signal}: ${last.stderr()}`]),
        ...inspectFile(folder),
        ...(await foldAnew(folder, chance.fork())),
        ...(await complaintsOf(folder)),
      ],
      counts: { ...counts, ...operator.done, 'bytes of the store': bytes },
      ready: spread(lives.readyMs),
      firstDelivery: spread(lives.firstDeliveryMs),
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    await gateways.end();
    await destination.close();
    rmSync(place, { recursive: true });
  }
}

interface Lives {
  readonly kills: Record<string, number>;
  readonly readyMs: number[];
  readonly firstDeliveryMs: number[];
  readonly findings: string[];
}

async function liveAndDie(run: {
  readonly options: CrashRunOptions;
  readonly folder: GatewayFolder;
  readonly chance: Chance;
  readonly gateways: Gateways;
  readonly senders: Senders;
  readonly destination: LedgerDestination;
  readonly say: (line: string) => void;
}): Promise<Lives> {
  const { options, folder, chance, gateways, senders, destination, say } = run;
  const lives: Lives = { kills: {}, readyMs: [], firstDeliveryMs: [], findings: [] };
  for (let life = 1; life <= options.kills; life += 1) {
    const end = chance.pick(ENDS);
    const backlog = senders.ledger.length > 0;
    const startedAt = performance.now();
    const arrived = new Promise<number>(resolve => {
      destination.onArrival(() => resolve(performance.now() - startedAt));
    });
    const gateway = gateways.start(folder);
    if (end === 'start') {
      await Promise.race([pause(chance.below(lives.readyMs.at(-1) ?? 400)), gateway.listening.catch(() => undefined)]);
    } else {
      await gateway.listening;
      lives.readyMs.push(performance.now() - startedAt);
      if (backlog) void arrived.then(ms => lives.firstDeliveryMs.push(ms));
      // Whatever it waits for, a life ends in time.
      // Mostly short, sometimes long enough for checkpoints and a store that grows.
      const inTime = pause(chance.below(chance.happens(0.2) ? 4 * options.lifeMs : options.lifeMs));
      const nth = 1 + chance.below(chance.happens(0.2) ? 2000 : 150);
      const counted = (listen: (one: (() => void) | null) => void) =>
        new Promise<void>(resolve => {
          let count = 0;
          listen(() => {
            count += 1;
            if (count === nth) resolve();
          });
        });
      if (end === 'time') await inTime;
      else
        await Promise.race([
          counted(end === 'delivery' ? destination.onArrival : senders.onAcknowledged),
          pause(options.lifeMs * 4),
        ]);
    }
    const ended = await gateway.end('SIGKILL');
    destination.onArrival(null);
    senders.onAcknowledged(null);
    if (ended.signal !== 'SIGKILL')
      lives.findings.push(`life ${life} ended by itself (${ended.code}): ${gateway.stderr()}`);
    lives.kills[end] = (lives.kills[end] ?? 0) + 1;
    if (life % 20 === 0)
      say(`${life} kills; ${senders.ledger.length} messages, ${destination.arrivals.length} arrivals`);
    await options.afterKill?.(folder);
    await pause(chance.below(30));
  }
  return lives;
}

interface Gateways {
  /** Where the living gateway listens; waits while there is none. */
  url(): Promise<string>;
  start(folder: GatewayFolder): GatewayProcess;
  end(): Promise<void>;
}

function createGateways(preload: readonly string[]): Gateways {
  let living: GatewayProcess | null = null;
  return {
    async url() {
      for (;;) {
        const url = await living?.listening.catch(() => null);
        if (url) return url;
        await pause(10);
      }
    },
    start(folder) {
      const started = spawnGateway(folder, { preload });
      living = started;
      void started.ended.then(() => {
        if (living === started) living = null;
      });
      return started;
    },
    async end() {
      await living?.end('SIGKILL');
    },
  };
}

/** Errors in the log of a run in which nothing but kills went wrong. */
async function complaintsOf(folder: GatewayFolder): Promise<readonly string[]> {
  const complaints: string[] = [];
  for await (const line of readLog(folder)) {
    if (line.level !== 'error' && line.event !== 'delivery.lease_lost') continue;
    complaints.push(`the log complains: ${JSON.stringify(line)}`);
  }
  return complaints;
}

function spread(values: readonly number[]): { readonly median: number; readonly longest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: Math.round(sorted[sorted.length >> 1] ?? 0), longest: Math.round(sorted.at(-1) ?? 0) };
}
