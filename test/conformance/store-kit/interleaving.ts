import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimedDelivery, Store } from '../../../src/storage/store.ts';
import type { OpenAt } from './harness.ts';
import { ACCOUNT, event, failure, group, identifies, lineClaim, MINUTE, stored, success, T0, write } from './rows.ts';

type Step =
  | { readonly kind: 'record'; readonly name: number }
  | { readonly kind: 'claim'; readonly limit: number }
  | { readonly kind: 'succeed' | 'fail' | 'hand back' | 'die' | 'settle late'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

const RETURNS = 3;
const DESTINATIONS = ['refunds', 'ledger'];
const RETRY_MS = 5000;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('record' as const), name: fc.nat(RETURNS - 1) }),
  fc.record({ kind: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constantFrom(
      'succeed' as const,
      'fail' as const,
      'hand back' as const,
      'die' as const,
      'settle late' as const,
    ),
    pick: fc.nat(5),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1000, RETRY_MS, MINUTE) }),
);

/** A worker's hold on a message; `gone`: it died, or its lease ran out and somebody else has the line. */
interface Hold {
  readonly claimed: ClaimedDelivery;
  readonly owner: string;
  gone: boolean;
}

/** Plays the steps with many workers and a clock of its own, then lets everything be delivered. */
async function play(store: Store, steps: readonly Step[]): Promise<void> {
  let nowMs = T0;
  let workers = 0;
  const sequences = new Map<string, number>();
  const holds: Hold[] = [];
  const delivered = new Map<string, number[]>();
  await store.syncDestinations(
    DESTINATIONS.map(name => ({ account: ACCOUNT, name })),
    nowMs,
  );

  async function record(name: string): Promise<void> {
    const before = sequences.has(name) ? await stored(store, name) : null;
    const sequence = (sequences.get(name) ?? 0) + 1;
    const events = [event(`${name}_${sequence}`, sequence, DESTINATIONS)];
    const results = await store.record([group([write(name, { aliases: [identifies(name)], events }, before)])], nowMs);
    expect(results).toEqual([{ outcome: 'recorded' }]);
    sequences.set(name, sequence);
  }

  async function claim(limit: number): Promise<void> {
    workers += 1;
    const owner = `worker ${workers}`;
    for (const name of DESTINATIONS) {
      for (const claimed of await store.claimLines(lineClaim(owner, nowMs, { name, limit }))) {
        const line = lineOf(claimed);
        const others = holds.filter(hold => lineOf(hold.claimed) === line && !hold.gone);
        for (const other of others) {
          expect(other.claimed.leaseUntilMs, `two workers hold ${line}`).toBeLessThanOrEqual(nowMs);
          other.gone = true;
        }
        expect(claimed.sequence, `${line} is in order`).toBe((delivered.get(line)?.at(-1) ?? 0) + 1);
        holds.push({ claimed, owner, gone: false });
      }
    }
  }

  async function settle(hold: Hold, succeeded: boolean): Promise<void> {
    const { claimed, owner, gone } = hold;
    const settlement = succeeded ? success(claimed.id, owner) : failure(claimed.id, nowMs + RETRY_MS, owner);
    const verdict = succeeded ? settlement.verdict : ('silent' as const); // the breaker has tests of its own
    const [kept] = await store.settleDeliveries([{ ...settlement, verdict }], nowMs);
    expect(kept, 'a lost lease cannot settle, a held one can').toBe(!gone);
    holds.splice(holds.indexOf(hold), 1);
    if (gone || !succeeded) return;
    const line = lineOf(claimed);
    delivered.set(line, [...(delivered.get(line) ?? []), claimed.sequence]);
  }

  for (const next of steps) {
    if (next.kind === 'record') await record(`r${next.name}`);
    else if (next.kind === 'claim') await claim(next.limit);
    else if (next.kind === 'wait') nowMs += next.ms;
    else {
      const candidates = holds.filter(hold => hold.gone === (next.kind === 'settle late'));
      const hold = candidates[next.pick % Math.max(1, candidates.length)];
      if (hold === undefined) continue;
      if (next.kind === 'die') holds.splice(holds.indexOf(hold), 1);
      else if (next.kind === 'hand back') {
        await store.handBackLines(hold.owner, [hold.claimed.id], nowMs);
        holds.splice(holds.indexOf(hold), 1);
      } else await settle(hold, next.kind !== 'fail');
    }
  }

  for (let round = 0; round < steps.length + 5; round += 1) {
    nowMs += MINUTE;
    await claim(100);
    for (const hold of holds.filter(each => !each.gone)) await settle(hold, true);
  }
  for (const [name, last] of sequences) {
    for (const destination of DESTINATIONS) {
      const all = Array.from({ length: last }, (_, index) => index + 1);
      expect(delivered.get(`${destination} ${name}`), `nothing of ${name} is lost or doubled`).toEqual(all);
    }
  }
  expect((await store.dueDestinations(nowMs + MINUTE)).due).toEqual([]);
}

function lineOf({ destination, returnId }: ClaimedDelivery): string {
  return `${destination} ${returnId}`;
}

export function describeInterleaving(open: OpenAt): void {
  describe('many workers', () => {
    it('never hold one line together, keep every line in order and lose nothing, whatever happens between', {
      timeout: 180_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async steps => {
          const place = mkdtempSync(join(tmpdir(), 'retour-store-'));
          const store = await open(place);
          try {
            await play(store, steps);
          } finally {
            await store.close();
            rmSync(place, { recursive: true, force: true });
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}
