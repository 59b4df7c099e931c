import { describe, expect, it } from 'vitest';
import type { Expected } from './fixtures.ts';
import { changedOutcomes, lockOf } from './outcome-lock.ts';

const ignored: Expected = { notices: [{ type: 'a', key: 'a', outcome: 'ignored' }] };
const unrecognized: Expected = { notices: [{ type: 'a', key: 'a', outcome: 'unrecognized' }] };

describe('the lock on expected outcomes', () => {
  it('sees an outcome that changed under the same version', () => {
    const before = lockOf(1, [{ name: 'one', expected: ignored }]);

    expect(changedOutcomes(before, lockOf(1, [{ name: 'one', expected: unrecognized }]))).toEqual(['one']);
  });

  it('lets an outcome change with the next version, and a case come or go', () => {
    const before = lockOf(1, [
      { name: 'one', expected: ignored },
      { name: 'gone', expected: ignored },
    ]);

    expect(changedOutcomes(before, lockOf(2, [{ name: 'one', expected: unrecognized }]))).toEqual([]);
    expect(
      changedOutcomes(
        before,
        lockOf(1, [
          { name: 'one', expected: ignored },
          { name: 'new', expected: ignored },
        ]),
      ),
    ).toEqual([]);
  });

  it('does not see the order of keys, nor which cases it is paired with', () => {
    const turned = { sameFact: ['two'], notices: [{ outcome: 'ignored', key: 'a', type: 'a' }] } as const;

    expect(lockOf(1, [{ name: 'one', expected: turned }])).toEqual(lockOf(1, [{ name: 'one', expected: ignored }]));
  });
});
