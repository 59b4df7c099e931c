import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { ClaimedDelivery, Settlement, Store } from '../../../src/storage/store.ts';
import { ACCOUNT, attempt, event, group, identifies, stored, write } from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../../postgres/databases.ts';

const HOUR = 60 * 60 * 1000;
const LEASE_MS = 400;
const RETURNS = 5;
const EVENTS_EACH = 10;
const ORDERED = ['refunds', 'ledger'];
/** Where a person has things sent again, past their line: it has no order to keep. */
const UNORDERED = 'audit';

/** One process: a store of its own, and a clock of its own that is wrong. */
interface Process {
  readonly name: string;
  readonly store: Store;
  readonly now: () => number;
}

/** A worker's hold on a line, in real time. What it ends with may be written any moment after `endsAtMs`. */
interface Hold {
  readonly claimed: ClaimedDelivery;
  readonly process: Process;
  /** The lease began after this. */
  readonly askedAtMs: number;
  readonly givenAtMs: number;
  endsAtMs: number;
  /** What the worker said before it ended, if it lived. */
  ending: 'success' | 'failure' | 'handed back' | null;
  kept: boolean | null;
  answeredAtMs: number;
}

it('workers of many processes that die, lag and differ about the time hold every line alone, in order, and lose nothing', {
  timeout: 120_000,
}, async () => {
  const url = await emptyDatabase();
  const processes = await openProcesses(url, [0, 2 * HOUR, -3 * HOUR]);
  await processes[0]!.store.syncDestinations(
    [...ORDERED, UNORDERED].map(name => ({ account: ACCOUNT, name })),
    0,
  );
  const holds: Hold[] = [];
  const play = { recording: true };

  const recorders = Array.from({ length: RETURNS }, (_, index) =>
    recordAll(processes[index % processes.length]!, `r${index}`),
  );
  const workers = processes.flatMap(process =>
    [1, 2].map(worker => work({ ...process, name: `${process.name} ${worker}` }, holds, play)),
  );
  const people = [askAgain(processes[1]!, play)];
  await Promise.all(recorders);
  play.recording = false;
  await Promise.all([...workers, ...people]);

  expect(overlaps(holds)).toEqual([]);
  const lostEarly = holds.filter(
    ({ kept, askedAtMs, answeredAtMs }) => kept === false && answeredAtMs < askedAtMs + LEASE_MS,
  );
  expect(lostEarly.map(lineOf)).toEqual([]);
  const { store } = processes[0]!;
  for (const name of ORDERED) {
    for (let index = 0; index < RETURNS; index += 1) {
      const line = await deliveredLine(store, name, `r${index}`);
      expect(line.sequences, `${name} r${index} has everything`).toEqual(upTo(EVENTS_EACH));
      expect(line.arrivals, `${name} r${index} arrived in order`).toEqual([...line.arrivals].sort((a, b) => a - b));
      expect(line.successes, `nothing of ${name} r${index} was settled twice`).toEqual(upTo(EVENTS_EACH).map(() => 1));
    }
  }
  const unordered = await store.listDeliveries('all', { destination: UNORDERED }, { limit: 200, after: null });
  expect(unordered.map(({ state }) => state)).toEqual(unordered.map(() => 'delivered'));
  expect(unordered).toHaveLength(RETURNS * EVENTS_EACH);
  await inDatabase(url, async client => {
    const numbers = await client.query<{ wrong: string }>(
      `SELECT delivery_id AS wrong FROM attempt GROUP BY delivery_id HAVING max(number) <> count(*) OR min(number) <> 1`,
    );
    const deadlocks = await client.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(numbers.rows, 'attempts are numbered without gaps and doubles').toEqual([]);
    expect(deadlocks.rows, 'nobody waits in a circle').toEqual([{ deadlocks: '0' }]);
  });
  // The play was rough enough to show anything.
  const endings = new Set(holds.map(({ ending, kept }) => `${ending} ${kept}`));
  expect([...endings]).toEqual(
    expect.arrayContaining(['success true', 'success false', 'failure true', 'handed back null', 'null null']),
  );
});

async function openProcesses(url: string, clockErrorsMs: readonly number[]): Promise<readonly Process[]> {
  const stores: Store[] = [];
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    await dropDatabase(url);
  });
  for (const _ of clockErrorsMs) stores.push(await openPostgresStore(url, { connections: 3 }));
  return clockErrorsMs.map((errorMs, index) => ({
    name: `process ${index}`,
    store: stores[index]!,
    now: () => Date.now() + errorMs,
  }));
}

async function recordAll({ store, now }: Process, name: string): Promise<void> {
  for (let sequence = 1; sequence <= EVENTS_EACH; sequence += 1) {
    const before = sequence === 1 ? null : await stored(store, name);
    const events = [event(`${name}_${sequence}`, sequence, [...ORDERED, UNORDERED])];
    const written = write(name, { aliases: [identifies(name)], events }, before);
    expect(await store.record([group([written])], now())).toEqual([{ outcome: 'recorded' }]);
    await pause(Math.random() * 40);
  }
}

/** Claims, and does with each claim what happens to claims; once all is recorded, succeeds until nothing is left. */
async function work(process: Process, holds: Hold[], play: { readonly recording: boolean }): Promise<void> {
  const { store, name: owner, now } = process;
  for (;;) {
    const isLast = !play.recording;
    const askedAtMs = Date.now();
    const destinations = [...ORDERED, UNORDERED].map(name => ({
      account: ACCOUNT,
      name,
      limit: 1 + Math.floor(Math.random() * 3),
      ordering: name === UNORDERED ? ('none' as const) : ('per_return' as const),
    }));
    const claimed = await store.claimLines({ owner, nowMs: now(), leaseMs: LEASE_MS, destinations });
    const mine = claimed.map((each): Hold => {
      expectInOrder(each, holds);
      return {
        claimed: each,
        process,
        askedAtMs,
        givenAtMs: Date.now(),
        endsAtMs: Number.POSITIVE_INFINITY,
        ending: null,
        kept: null,
        answeredAtMs: Number.POSITIVE_INFINITY,
      };
    });
    holds.push(...mine);
    await end(mine, isLast);
    if (isLast && claimed.length === 0 && (await store.backlog()).lines === 0) return;
    await pause(Math.random() * 20);
  }
}

async function end(mine: readonly Hold[], isLast: boolean): Promise<void> {
  const [settled, late, returned]: [Hold[], Hold[], Hold[]] = [[], [], []];
  for (const hold of mine) {
    const chance = isLast ? 0 : Math.random();
    hold.ending = chance < 0.55 || (chance >= 0.8 && chance < 0.9) ? 'success' : chance < 0.7 ? 'failure' : null;
    if (chance < 0.7) settled.push(hold);
    else if (chance < 0.8) returned.push(hold);
    else if (chance < 0.9) late.push(hold);
    // else it dies
  }
  await Promise.all([settle(settled), handBack(returned), lag().then(() => settle(late))]);

  async function lag(): Promise<void> {
    if (late.length > 0) await pause(LEASE_MS + Math.random() * LEASE_MS);
  }
}

async function settle(batch: readonly Hold[]): Promise<void> {
  if (batch.length === 0) return;
  const { store, name: owner, now } = batch[0]!.process;
  const nowMs = now();
  const settlements = batch.map(({ claimed: { id, leaseUntilMs }, ending }): Settlement => {
    const tried = attempt(`${id}_${Math.random()}`, {
      startedAtMs: nowMs - 5,
      outcome: ending === 'success' ? 'delivered' : 'refused',
    });
    const next =
      ending === 'success' ? { state: 'delivered' as const } : { state: 'pending' as const, dueAtMs: nowMs + 30 };
    return {
      deliveryId: id,
      owner,
      leaseUntilMs,
      attempt: tried,
      next,
      verdict: ending === 'success' ? 'success' : 'failure',
    };
  });
  for (const hold of batch) hold.endsAtMs = Date.now();
  const kept = await store.settleDeliveries(settlements, nowMs);
  for (const [index, hold] of batch.entries()) Object.assign(hold, { kept: kept[index]!, answeredAtMs: Date.now() });
}

async function handBack(batch: readonly Hold[]): Promise<void> {
  if (batch.length === 0) return;
  const { store, name: owner, now } = batch[0]!.process;
  for (const hold of batch) {
    hold.ending = 'handed back';
    hold.endsAtMs = Date.now();
  }
  await store.handBackLines(
    owner,
    batch.map(({ claimed }) => claimed.id),
    now(),
  );
}

/** A person who has things sent again, and resumes the destination, while all the others are at it. */
async function askAgain({ store, now }: Process, play: { readonly recording: boolean }): Promise<void> {
  while (play.recording) {
    const page = { limit: 20, after: null };
    const rows = await store.listDeliveries('all', { destination: UNORDERED }, page);
    const row = rows[Math.floor(Math.random() * rows.length)];
    if (row !== undefined) expect(await store.redeliver('all', row.id, 'jo', now())).toMatchObject({ id: row.id });
    await store.setDestinationState('all', ACCOUNT, UNORDERED, 'active', null, now());
    await pause(Math.random() * 30);
  }
}

/** Whoever holds a message of an ordered line, all before it have been told to have arrived. */
function expectInOrder(claimed: ClaimedDelivery, holds: readonly Hold[]): void {
  if (claimed.destination === UNORDERED) return;
  const arrived = holds
    .filter(
      hold =>
        lineOf(hold) === lineOf({ claimed }) &&
        hold.ending === 'success' &&
        hold.endsAtMs < Number.POSITIVE_INFINITY &&
        hold.kept !== false,
    )
    .map(hold => hold.claimed.sequence);
  expect(upTo(claimed.sequence - 1).filter(sequence => !arrived.includes(sequence))).toEqual([]);
}

/**
 * Two holds of one line that were surely held at one moment: from when the claim was given, to when its worker began to
 * end it or its lease may have run out.
 */
function overlaps(holds: readonly Hold[]): readonly string[] {
  const found: string[] = [];
  for (const group of Map.groupBy(holds, lineOf).values()) {
    const inOrder = group
      .map(({ givenAtMs, askedAtMs, endsAtMs, process }) => ({
        from: givenAtMs,
        to: Math.min(endsAtMs, askedAtMs + LEASE_MS),
        who: process.name,
      }))
      .filter(({ from, to }) => from < to)
      .sort((a, b) => a.from - b.from);
    for (const [index, next] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before !== undefined && next.from < before.to) found.push(`${lineOf(group[0]!)}: ${before.who}, ${next.who}`);
    }
  }
  return found;
}

function lineOf({ claimed: { destination, returnId } }: Pick<Hold, 'claimed'>): string {
  return `${destination} ${returnId}`;
}

/** A line as it ended: by sequence, when each arrived and how often it was settled as arrived. */
async function deliveredLine(store: Store, destination: string, returnId: string) {
  const page = { limit: 200, after: null };
  const rows = await store.listDeliveries('all', { destination, returnId }, page);
  const inOrder = [...rows].sort((a, b) => a.sequence - b.sequence);
  const all = await Promise.all(inOrder.map(({ id }) => store.getDelivery('all', id)));
  return {
    sequences: inOrder.filter(({ state }) => state === 'delivered').map(({ sequence }) => sequence),
    arrivals: inOrder.map(({ deliveredAtMs }) => deliveredAtMs ?? 0),
    successes: all.map(each => each!.attempts.filter(({ outcome }) => outcome === 'delivered').length),
  };
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
