import { describe, expect, it } from 'vitest';
import { correlate } from '../../src/pipeline/correlate.ts';
import type { Interpretation, InterpretedNotice } from '../../src/pipeline/interpret.ts';
import { TEN_O_CLOCK, toyRow } from './toy-adapter.ts';

/** As many notices as one webhook of a megabyte may hold, and some more. */
const MANY = 15_000;

function notice(index: number, aliases: InterpretedNotice['aliases']): InterpretedNotice {
  const parcel = { shipment: { ref: 'P', trackingNumber: `1Z${index}` } };
  const event = {
    type: 'shipment.in_transit' as const,
    subject: 'P',
    occurrence: { by: 'once' as const },
    occurredAt: null,
    change: parcel,
  };
  return {
    type: 'toy',
    key: `notice-${index}`,
    state: 'recorded',
    problem: null,
    fetches: [],
    aliases,
    via: null,
    silent: false,
    events: [{ ordinal: 0, event, digest: '' }],
    shoppers: [],
  };
}

function interpretation(id: string, aliasesOf: (index: number) => InterpretedNotice['aliases']): Interpretation {
  const notices = Array.from({ length: MANY }, (_, index) => notice(index, aliasesOf(index)));
  return { work: toyRow(id, []), provider: 'toy', adapterVersion: 1, notices, fingerprint: null };
}

describe('correlation', () => {
  it('takes time for each notice of a webhook, not for each pair of them', () => {
    // Fifteen thousand times fifteen thousand looks take a minute, in which the gateway answers nobody.
    const first = interpretation('inb_1', index => [
      { kind: 'return', value: `R-${index}`, unique: true },
      { kind: 'tracking', value: `1Z${index}`, unique: false },
    ]);
    const again = interpretation('inb_2', index => [{ kind: 'return', value: `R-${index}`, unique: true }]);
    const parcels = interpretation('inb_3', index => [{ kind: 'tracking', value: `1Z${index}`, unique: false }]);
    let ids = 0;

    const { rows, returns } = correlate([first, again, parcels], [], {
      newId: prefix => `${prefix}_${++ids}`,
      nowMs: TEN_O_CLOCK,
    });

    expect(returns).toHaveLength(MANY);
    expect(
      rows.map(row => row.targets.every((targets, index) => targets.length === 1 && targets[0] === returns[index])),
    ).toEqual([true, true, true]);
  });
});
