import { describe, expect, it } from 'vitest';
import { createBodyBudget } from '../../src/http/body-budget.ts';

/** Bodies of at most 10 bytes, 80 in all: 20 for the unfinished ones of one connection. */
function openBudget() {
  const budget = createBodyBudget(() => ({ maxBodyBytes: 10, maxQueuedBytes: 80 }));
  const gaveUp: string[] = [];
  const hold = (of: string, name = of) => {
    const held = budget.hold(of);
    held.onGiveUp(() => void gaveUp.push(name));
    return held;
  };
  return { hold, gaveUp };
}

describe('the memory for bodies', () => {
  it('is shared out: what one connection leaves hanging makes way for what comes to it later', () => {
    const { hold, gaveUp } = openBudget();
    for (const name of ['first', 'second', 'third']) expect(hold('acme', name).take(9)).toBe(true);

    expect(gaveUp).toEqual(['first']);
    expect(hold('beta').take(9)).toBe(true);
    expect(gaveUp).toEqual(['first']);
  });

  it('goes to whoever comes while others hang, whichever connections they hang at', () => {
    const { hold, gaveUp } = openBudget();
    for (const of of ['a', 'b', 'c', 'd', 'e']) for (const name of ['1', '2']) hold(of, of + name).take(9);

    expect(gaveUp).toEqual(['a1', 'a2']);
    expect(hold('f').take(9)).toBe(true);
    expect(gaveUp).toEqual(['a1', 'a2', 'b1']);
  });

  it('is not taken from a body that has arrived', () => {
    const { hold, gaveUp } = openBudget();
    for (let index = 0; index < 8; index += 1) {
      const held = hold('acme');
      expect(held.take(10)).toBe(true);
      held.arrived();
    }

    expect(hold('beta').take(1)).toBe(false);
    expect(gaveUp).toEqual([]);
  });

  it('is refused to the body that is itself the oldest', () => {
    const { hold, gaveUp } = openBudget();
    const oldest = hold('acme', 'oldest');
    hold('acme', 'younger').take(10);

    expect(oldest.take(10)).toBe(true);
    expect(oldest.take(1)).toBe(false);
    expect(gaveUp).toEqual([]);
  });

  it('is there again once a request is answered, and only once', () => {
    const { hold } = openBudget();
    const held = Array.from({ length: 8 }, () => hold('acme'));
    for (const each of held) {
      each.take(10);
      each.arrived();
    }
    const late = hold('beta');
    expect(late.take(1)).toBe(false);

    held[0]!.release();
    held[0]!.release();

    expect(late.take(10)).toBe(true);
    expect(late.take(1)).toBe(false);
  });

  it('holds one whole body of a connection even where its share is smaller', () => {
    const budget = createBodyBudget(() => ({ maxBodyBytes: 10, maxQueuedBytes: 12 }));

    expect(budget.hold('acme').take(10)).toBe(true);
  });
});
