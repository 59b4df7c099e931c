import { isDeepStrictEqual } from 'node:util';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import type { AccountConfig, ConnectionConfig } from '../../src/config/config.ts';
import { CHAOS, type GeneratedReturn, generateReturns } from '../../src/demo/generate-returns.ts';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import { type Interpretation, interpret } from '../../src/pipeline/interpret.ts';
import { accountsOf, fixtureConnection } from './fixture-account.ts';
import { fixturesOf, loadConnections } from './fixtures.ts';
import { createRecording, inboundRow, type Recording } from './recording.ts';

/** Generated returns of all adapters through verification, interpretation and recording, with chaos and without. */

/** Later than anything that a story tells. */
export const NEW_YEAR = Date.UTC(2027, 0, 1, 10);
const MINUTE_MS = 60_000;

export interface Compared {
  readonly returns: number;
  readonly stories: number;
  /** Notices read, over both tellings of each return. */
  readonly notices: number;
  readonly forgeries: number;
  /** Returns whose every fact has a time of its own, recorded in the order of chaos as if that were the order of arrival. */
  readonly timed: number;
  /** Whatever is not as it must be. */
  readonly wrong: readonly string[];
}

/** Each return is told once as its story has it and once with all chaos. */
export async function compareWithChaos(seed: number, returns: number): Promise<Compared> {
  const connections = connectionsOfStories();
  const accounts = accountsOf(...connections);
  const common = { seed, returns, connections, now: () => NEW_YEAR };
  const messy = generateReturns({ ...common, chaos: CHAOS });
  const stories = new Set<string>();
  const wrong: string[] = [];
  const counts = { returns: 0, notices: 0, forgeries: 0, timed: 0 };
  for await (const plain of generateReturns(common)) {
    const mess = (await messy.next()).value as GeneratedReturn;
    const name = `${plain.connection.name}/${plain.story.name}`;
    const [asTold, inChaos] = [await readReturn(plain), await readReturn(mess)];
    const told = record(accounts, asTold.rows);
    const recorded = record(accounts, inChaos.rows);
    const say = (what: string) => wrong.push(`seed ${seed}, return ${counts.returns}, ${name}: ${what}`);
    for (const what of [...asTold.wrong, ...inChaos.wrong, ...unlikeStory(plain, told)]) say(what);
    const same = isDeepStrictEqual([statesOf(recorded), keptOf(recorded)], [statesOf(told), keptOf(told)]);
    if (!same) say('with chaos it is another return');
    if (asTold.rows.every(isTimed)) {
      counts.timed += 1;
      const arrived = inChaos.rows.map((row, index) => receivedAt(row, index));
      if (!isDeepStrictEqual(statesOf(record(accounts, arrived)), statesOf(told)))
        say('by arrival it is another return');
    }
    stories.add(name);
    counts.returns += 1;
    counts.notices += [...asTold.rows, ...inChaos.rows].reduce((sum, row) => sum + row.notices.length, 0);
    counts.forgeries += inChaos.forgeries;
  }
  return { ...counts, stories: stories.size, wrong };
}

interface ReadReturn {
  /** In the order of arrival; each received at the time of its place, as if a gateway with many hands recorded them so. */
  readonly rows: readonly Interpretation[];
  readonly forgeries: number;
  readonly wrong: readonly string[];
}

/** Takes what a gateway would: proven, and not known already. */
export async function readReturn({ connection, arrivals }: GeneratedReturn): Promise<ReadReturn> {
  const { webhook } = connection.adapter;
  const rows: Interpretation[] = [];
  const wrong: string[] = [];
  let forgeries = 0;
  for (const { name, place, as, request } of arrivals) {
    const row = inboundRow(connection, request, `inb_${place}`, NEW_YEAR + place * MINUTE_MS);
    if (as === 'answer') {
      rows.push(interpret({ ...row, source: 'fetch', trust: 'fetched', secretIndex: null }, connection));
      continue;
    }
    const proof = await webhook!.verify(request, connection, new Date(NEW_YEAR));
    if (as === 'forgery') forgeries += 1;
    if ((proof.outcome === 'rejected') !== (as === 'forgery')) wrong.push(`${name} (${as}) is ${proof.outcome}`);
    if (proof.outcome === 'rejected' || as === 'again') continue;
    const { trust, secretIndex } = proof;
    rows.push(interpret({ ...row, trust, secretIndex }, connection));
  }
  return { rows, forgeries, wrong };
}

function receivedAt(row: Interpretation, index: number): Interpretation {
  return { ...row, work: { ...row.work, receivedAtMs: NEW_YEAR + index * MINUTE_MS } };
}

function isTimed({ notices }: Interpretation): boolean {
  return notices.every(({ events }) => events.every(({ event }) => event.occurredAt !== null));
}

export function record(accounts: ReadonlyMap<string, AccountConfig>, rows: readonly Interpretation[]): Recording {
  const recording = createRecording(accounts);
  for (const row of rows) recording.record([row]);
  return recording;
}

function unlikeStory({ story: { ends } }: GeneratedReturn, told: Recording): readonly string[] {
  const returns = told.returns();
  const [kept, meant] = [keptOf(told), ends.kept ?? {}];
  return [
    ...(returns.length === (ends.returns ?? 1) ? [] : [`there are ${returns.length} returns`]),
    ...returns.flatMap(({ state }) => (state.status === ends.status ? [] : [`it ends ${state.status}`])),
    ...(isDeepStrictEqual(kept, meant) ? [] : [`kept are ${canonicalJson(kept)}, not ${canonicalJson(meant)}`]),
  ];
}

/** How many rows end in a state other than `recorded`, by state; what only causes a fetch is no end. */
function keptOf(recording: Recording): Readonly<Record<string, number>> {
  const states = [...recording.outcomes().values()].map(({ state }) => state).filter(state => state !== 'recorded');
  return Object.fromEntries([...Map.groupBy(states, state => state)].map(([state, rows]) => [state, rows.length]));
}

function statesOf(recording: Recording): readonly string[] {
  return recording
    .returns()
    .map(({ state, shopper }) => canonicalJson({ state, shopper }))
    .sort();
}

/** The connection that the stories of each adapter are written for, each of an account of its own. */
export function connectionsOfStories(): readonly ConnectionConfig[] {
  return [...adapters, ...exampleAdapters].map(adapter => {
    const fixture = loadConnections(fixturesOf(adapter.id)).get('default')!;
    return { ...fixtureConnection(adapter, fixture), account: `generated-${adapter.id}` };
  });
}
