import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/gateway-error.ts';
import { openingError } from '../../../src/storage/sqlite/connect.ts';

const PATH = '/data/retour.db';

/** As the SQLite binding throws it. */
function thrown(code: string): Error {
  return Object.assign(new Error('database or disk is full'), { code });
}

describe('a store that cannot be opened', () => {
  it.each([
    ['SQLITE_FULL', 'The store /data/retour.db cannot be opened. The disk is full: nothing more can be kept.'],
    ['SQLITE_IOERR_SHMSIZE', 'The store /data/retour.db cannot be opened. The disk is full: nothing more can be kept.'],
    ['SQLITE_CANTOPEN', 'The store /data/retour.db cannot be opened. The store’s file cannot be written.'],
    ['SQLITE_IOERR_READ', 'The store /data/retour.db cannot be opened. The store could not complete the operation.'],
  ])('says its path and why: %s', (code, message) => {
    expect(openingError(thrown(code), PATH)).toMatchObject({ code: 'STORE_UNAVAILABLE', message });
  });

  it('leaves what somebody has said already as it is', () => {
    const said = new GatewayError('STORE_LOCKED', 'Another process has it.');
    const mistake = new RangeError('a mistake of ours');

    expect(openingError(said, PATH)).toBe(said);
    expect(openingError(mistake, PATH)).toBe(mistake);
  });
});
