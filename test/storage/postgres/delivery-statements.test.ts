import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { Settlement } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  event,
  failure,
  group,
  identifies,
  lineClaim,
  success,
  write,
} from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

const DESTINATIONS = ['refunds', 'ledger'];

/** How many statements each step took for so many lines of two destinations, BEGIN and COMMIT included. */
async function statementsFor(lines: number): Promise<Readonly<Record<string, number>>> {
  const url = await emptyDatabase();
  const sent: string[] = [];
  const store = await openPostgresStore(url, { connections: 2, onStatement: text => sent.push(text) });
  onTestFinished(async () => {
    await store.close();
    await dropDatabase(url);
  });
  await store.syncDestinations(
    DESTINATIONS.map(name => ({ account: ACCOUNT, name })),
    Date.now(),
  );
  const groups = Array.from({ length: lines }, (_, index) =>
    group([write(`ret_${index}`, { aliases: [identifies(`${index}`)], events: [event(`${index}`, 1, DESTINATIONS)] })]),
  );
  expect((await store.record(groups, Date.now())).map(({ outcome }) => outcome)).toEqual(groups.map(() => 'recorded'));

  const counts: Record<string, number> = {};
  async function counted<Result>(step: string, operation: Promise<Result>): Promise<Result> {
    sent.length = 0;
    const result = await operation;
    counts[step] = sent.length;
    return result;
  }
  const nowMs = Date.now();
  const claim = {
    ...lineClaim('worker', nowMs),
    destinations: DESTINATIONS.map(name => ({ account: ACCOUNT, name, limit: 100, ordering: 'per_return' as const })),
  };
  const first = await counted('claim', store.claimLines(claim));
  await counted('hand back', store.handBackLines('worker', ids(first), nowMs));
  const again = await store.claimLines(claim);
  const failures = ids(again).map(id => ({ ...today(failure(id, nowMs)), verdict: 'silent' as const }));
  await counted('settle as failed', store.settleDeliveries(failures, nowMs));
  const retried = await store.claimLines(claim);
  const half = ids(retried).filter(id => id.endsWith('refunds'));
  const counting = half.map((id, index) => today(index === 0 ? failure(id, nowMs) : success(id)));
  await counted('settle one failure', store.settleDeliveries(counting, nowMs));
  const rest = ids(retried).filter(id => id.endsWith('ledger'));
  await counted(
    'settle as arrived',
    store.settleDeliveries(
      rest.map(id => today(success(id))),
      nowMs,
    ),
  );
  expect([first.length, again.length, retried.length]).toEqual([2 * lines, 2 * lines, 2 * lines]);
  return counts;
}

/** Tried now: a day without partitions would be made first. */
function today(settlement: Settlement): Settlement {
  return { ...settlement, attempt: { ...settlement.attempt, startedAtMs: Date.now() } };
}

function ids(claimed: readonly { readonly id: string }[]): readonly string[] {
  return claimed.map(({ id }) => id);
}

it('delivering takes the same few statements however many lines a batch has', async () => {
  const [few, many] = [await statementsFor(2), await statementsFor(40)];

  expect(many).toEqual(few);
  expect(few).toEqual({
    claim: 7,
    'hand back': 7,
    'settle as failed': 8,
    'settle one failure': 11, // locks and writes the destination; some lines go on, some are empty
    'settle as arrived': 9, // and notes once in a second that the destination answered
  });
});
