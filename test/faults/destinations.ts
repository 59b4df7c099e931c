import type { Chance } from '../../src/demo/seeded-chance.ts';
import {
  type Answer,
  type Answering,
  type Arrival,
  hesitant,
  type LedgerDestination,
  openLedgerDestination,
} from '../crash/ledger-destination.ts';
import { pause } from '../crash/read-api.ts';
import type { Fault, FaultMeans } from './fault.ts';

/** The destinations of a run, each a server of its own, and what can be wrong with them. */
export interface TroubledDestinations {
  /** Base URL of what listens behind a path. */
  url(path: string): string;
  arrivals(): readonly Arrival[];
  forged(): readonly string[];
  readonly faults: readonly Fault[];
  /** From now on everything is taken. */
  calm(): void;
  close(): Promise<void>;
}

export interface TroubledDestinationsOptions {
  readonly secret: string;
  readonly paths: readonly string[];
  readonly chance: Chance;
  /** How long a gateway waits for an answer. */
  readonly timeoutMs: number;
  /** What a person does once a destination that had answered 410 is there again. */
  readonly resume: (path: string) => Promise<void>;
}

/** Nobody may follow a redirect: what arrives here was never meant for it. */
const ELSEWHERE = '/hooks/moved';

export async function openTroubledDestinations(options: TroubledDestinationsOptions): Promise<TroubledDestinations> {
  const { paths, chance, timeoutMs } = options;
  const servers = new Map<string, LedgerDestination>();
  const usual = new Map<string, Answering>();
  for (const path of paths) {
    const server = await openLedgerDestination(options.secret);
    usual.set(path, hesitant(chance.fork()));
    server.answer(usual.get(path)!);
    servers.set(path, server);
  }

  /** Mostly one, so that the others show whether they go on; sometimes all at once. */
  function chosen(of: Chance): readonly string[] {
    return of.happens(0.7) ? [of.pick(paths)] : paths;
  }

  const answering = (name: string, answer: (of: Chance) => Answer): Fault => ({
    name: `destination: ${name}`,
    async inflict(means) {
      const affected = chosen(means.chance);
      const own = means.chance.fork();
      for (const path of affected) servers.get(path)!.answer(() => answer(own));
      await pause(means.chance.below(means.longestMs));
      for (const path of affected) servers.get(path)!.answer(usual.get(path)!);
    },
  });
  const refusing = (status: number, headers?: (of: Chance) => Readonly<Record<string, string>>) =>
    answering(`answers ${status}`, of => ({
      name: `answered ${status}`,
      taken: false,
      status,
      ...(headers === undefined ? {} : { headers: headers(of) }),
    }));
  const gone = refusing(410);

  const faults: readonly Fault[] = [
    {
      name: 'destination: down',
      async inflict({ chance: own, longestMs }: FaultMeans) {
        const affected = chosen(own);
        for (const path of affected) await servers.get(path)!.goDown();
        await pause(own.below(longestMs));
        for (const path of affected) await servers.get(path)!.comeBack();
      },
    },
    // Half of the time in time: slow is no failure.
    answering('slow', of =>
      of.happens(0.5)
        ? { name: 'taken', taken: true, status: 204, afterMs: of.below(timeoutMs / 2) }
        : { name: 'answered too late', taken: true, status: 204, afterMs: timeoutMs * 1.5 },
    ),
    answering('dripping', () => ({ name: 'dripped', taken: true, status: 200, drips: true })),
    answering('cuts connections', () => ({ name: 'cut off', taken: true, status: null })),
    refusing(500),
    refusing(429, of => ({ 'retry-after': String(1 + of.below(8)) })),
    refusing(301, () => ({ location: ELSEWHERE })),
    {
      name: gone.name,
      async inflict(means) {
        await gone.inflict(means);
        for (const path of paths) await options.resume(path);
      },
    },
  ];
  return {
    url: path => servers.get(path)!.url,
    arrivals: () => [...servers.values()].flatMap(({ arrivals }) => arrivals),
    forged: () => [...servers.values()].flatMap(({ forged }) => forged),
    faults,
    calm() {
      for (const path of paths) usual.set(path, () => ({ name: 'taken', taken: true, status: 204 }));
      for (const [path, server] of servers) server.answer(usual.get(path)!);
    },
    async close() {
      for (const server of servers.values()) await server.close();
    },
  };
}
