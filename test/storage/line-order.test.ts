import { describe, expect, it } from 'vitest';
import { HEAD_HOLDS_MS, nextOfLine, type QueuedDelivery } from '../../src/storage/line-order.ts';

const NOW = 10 * HEAD_HOLDS_MS;

function queued(sequence: number, dueAtMs: number, changes: Partial<QueuedDelivery> = {}): QueuedDelivery {
  return { id: `d${sequence}`, sequence, dueAtMs, failingSinceMs: null, passes: false, ...changes };
}

describe('nextOfLine', () => {
  it('has nothing for an empty line', () => {
    expect(nextOfLine([], 'per_return', NOW)).toBeNull();
  });

  it('sends the head, whatever is due behind it', () => {
    expect(nextOfLine([queued(1, NOW + 5), queued(2, NOW - 5)], 'per_return', NOW)).toEqual({
      id: 'd1',
      dueAtMs: NOW + 5,
    });
  });

  it('waits for a failing head until its hour is over', () => {
    const head = queued(1, NOW + 2 * HEAD_HOLDS_MS, { failingSinceMs: NOW - HEAD_HOLDS_MS + 1 });

    expect(nextOfLine([head, queued(2, NOW)], 'per_return', NOW)).toEqual({ id: 'd1', dueAtMs: NOW + 1 });
    expect(nextOfLine([head, queued(2, NOW)], 'per_return', NOW + 1)).toEqual({ id: 'd2', dueAtMs: NOW });
  });

  it('waits for a failing head alone in its line until it is due', () => {
    const head = queued(1, NOW + 2 * HEAD_HOLDS_MS, { failingSinceMs: NOW });

    expect(nextOfLine([head], 'per_return', NOW)).toEqual({ id: 'd1', dueAtMs: NOW + 2 * HEAD_HOLDS_MS });
  });

  it('lets the second hold the third while the first is passed', () => {
    const first = queued(1, NOW + 5, { failingSinceMs: NOW - HEAD_HOLDS_MS });
    const second = queued(2, NOW + 3, { failingSinceMs: NOW - 1 });

    expect(nextOfLine([first, second, queued(3, NOW)], 'per_return', NOW)).toEqual({ id: 'd2', dueAtMs: NOW + 3 });
  });

  it('lets what a person asked for hold nothing back', () => {
    expect(nextOfLine([queued(1, NOW + 5, { passes: true }), queued(2, NOW)], 'per_return', NOW)).toEqual({
      id: 'd2',
      dueAtMs: NOW,
    });
  });

  it('sends the lowest sequence of all that are due and may go', () => {
    const first = queued(1, NOW - 1, { failingSinceMs: NOW - HEAD_HOLDS_MS });
    const second = queued(2, NOW - 7);
    const asked = queued(9, NOW - 9, { passes: true });

    expect(nextOfLine([first, second, asked], 'per_return', NOW)?.id).toBe('d1');
    expect(nextOfLine([second, asked], 'per_return', NOW)?.id).toBe('d2');
    expect(nextOfLine([queued(1, NOW), queued(2, NOW - 5)], 'none', NOW)?.id).toBe('d1');
  });

  it('lets what a person asked for pass the head, and nothing else with it', () => {
    const head = queued(1, NOW + 5, { failingSinceMs: NOW });
    const asked = queued(3, NOW, { passes: true });

    expect(nextOfLine([head, queued(2, NOW), asked, queued(4, NOW)], 'per_return', NOW)?.id).toBe('d3');
    expect(nextOfLine([head, queued(2, NOW), queued(4, NOW)], 'per_return', NOW)).toEqual({
      id: 'd1',
      dueAtMs: NOW + 5,
    });
  });

  it('does not wake for the end of an hour for which nothing waits', () => {
    const head = queued(1, NOW + 2 * HEAD_HOLDS_MS, { failingSinceMs: NOW });
    const asked = queued(3, NOW + 3 * HEAD_HOLDS_MS, { passes: true });

    expect(nextOfLine([head, asked], 'per_return', NOW)).toEqual({ id: 'd1', dueAtMs: NOW + 2 * HEAD_HOLDS_MS });
  });

  it('takes the earliest due of all where no order is wanted', () => {
    expect(nextOfLine([queued(1, NOW + 5), queued(2, NOW + 1), queued(3, NOW + 1)], 'none', NOW)).toEqual({
      id: 'd2',
      dueAtMs: NOW + 1,
    });
  });
});
