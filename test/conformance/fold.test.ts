import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/define-adapter.ts';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import type { AccountConfig } from '../../src/config/config.ts';
import { loadStories, type Story } from '../../src/demo/stories.ts';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import { type Interpretation, interpret } from '../../src/pipeline/interpret.ts';
import { arrivalsOf } from './arrivals.ts';
import { accountsOf, fixtureConnection } from './fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from './fixtures.ts';
import { createRecording, inboundRow } from './recording.ts';

/**
 * Every story of every adapter, recorded in any order, in batches of any size and with any row recorded again, ends in
 * the same returns, byte for byte, as when it is recorded as it was received. At least 10,000 recordings per adapter.
 */
const RECORDINGS_PER_ADAPTER = 10_000;
const TEN_O_CLOCK = Date.UTC(2026, 10, 20, 10);

describe.each([...adapters, ...exampleAdapters])('the returns of $id', adapter => {
  const stories = loadStories(fixturesOf(adapter.id));
  const runs = Math.ceil(RECORDINGS_PER_ADAPTER / stories.length);

  it.each(stories)(
    'are the same however they are recorded: $name',
    story => {
      const { accounts, rows } = received(adapter, story);
      const asReceived = states(
        accounts,
        rows.map(row => [row]),
      );
      const indexes = rows.map((_, index) => index);
      const recordings = fc
        .array(fc.constantFrom(...indexes), { maxLength: 3 })
        .chain(again => fc.shuffledSubarray([...indexes, ...again], { minLength: rows.length + again.length }))
        .chain(order => fc.array(fc.nat(order.length), { maxLength: 2 }).map(cuts => batches(order, cuts)));

      fc.assert(
        fc.property(
          recordings,
          recording =>
            states(
              accounts,
              recording.map(batch => batch.map(index => rows[index]!)),
            ) === asReceived,
        ),
        { numRuns: runs },
      );
    },
    120_000,
  );

  it.each(stories)('send each event once, with gapless sequences: $name', story => {
    const { accounts, rows } = received(adapter, story);
    const recording = createRecording(accounts);
    const told: string[] = [];
    const sequences = new Map<string, number[]>();
    for (const row of [...rows, ...rows]) {
      for (const { write } of recording.record([row]).returns) {
        const own = sequences.get(write.id) ?? [];
        for (const { eventId, revision, sequence } of write.events) {
          told.push(`${eventId} ${revision}`);
          own.push(sequence);
        }
        for (const { firstSequence, id } of write.absorbs)
          own.push(...(sequences.get(id) ?? []).map((_, index) => firstSequence + index));
        sequences.set(
          write.id,
          own.toSorted((a, b) => a - b),
        );
      }
    }

    expect(new Set(told).size).toBe(told.length);
    for (const { id, sequence } of recording.returns()) {
      expect(sequences.get(id)).toEqual(Array.from({ length: sequence }, (_, index) => index + 1));
    }
  });
});

function batches<T>(order: readonly T[], cuts: readonly number[]): readonly (readonly T[])[] {
  const at = [0, ...cuts.toSorted((a, b) => a - b), order.length];
  return at
    .slice(1)
    .map((end, index) => order.slice(at[index], end))
    .filter(batch => batch.length > 0);
}

function states(
  accounts: ReadonlyMap<string, AccountConfig>,
  recording: readonly (readonly Interpretation[])[],
): string {
  const memory = createRecording(accounts);
  for (const batch of recording) memory.record(batch);
  return canonicalJson(
    memory
      .returns()
      .map(({ state, shopper }) => canonicalJson({ state, shopper }))
      .sort(),
  );
}

/** The story's untampered webhooks and the answers they lead to, each received a minute after the one before. */
function received(
  adapter: Adapter,
  story: Story,
): { accounts: ReadonlyMap<string, AccountConfig>; rows: readonly Interpretation[] } {
  const directory = fixturesOf(adapter.id);
  const fixture = loadConnections(directory).get(story.connection)!;
  const connection = fixtureConnection(adapter, fixture);
  const rows = arrivalsOf(adapter, story, loadCases(directory), connection.settings)
    .map(({ request, fetched }, index) => {
      const row = inboundRow(connection, request, `inb_${index}`, TEN_O_CLOCK + index * 60_000);
      return fetched === null ? row : ({ ...row, source: 'fetch', trust: 'fetched', secretIndex: null } as const);
    })
    .map(work => interpret(work, connection));
  return { accounts: accountsOf(connection), rows };
}
