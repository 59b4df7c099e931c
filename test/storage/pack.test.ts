import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packText, unpackText } from '../../src/storage/pack.ts';
import { state } from '../conformance/store-kit/rows.ts';

describe('packText', () => {
  it('gives every text back as it was', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.string({ unit: 'binary', minLength: 300, maxLength: 2000 }),
        ),
        text => {
          expect(unpackText(packText(text))).toBe(text);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves a short text as it is, but for its first byte', () => {
    expect(packText('short')).toEqual(Buffer.from('\0short'));
  });

  it('makes an outgoing body small', () => {
    const at = '2026-11-20T11:00:00.000Z';
    const returned = {
      id: 'ret_1',
      ...state({ status: 'received' }),
      related: [],
      mergedFrom: [],
      createdAt: at,
      updatedAt: at,
    };
    const data = {
      schema: 1,
      eventId: 'evt_1',
      sequence: 4,
      revision: 1,
      change: {},
      return: returned,
      replayOf: null,
    };
    const body = JSON.stringify({ type: 'refund.issued', timestamp: at, data });

    expect(packText(body).length).toBeLessThan(body.length / 3);
  });

  it('reads what earlier versions wrote', () => {
    // Written with DICTIONARY_1, which must never change.
    const packed = Buffer.from('ASNUH2OpaPPywSFRMUyAUm0tAA==', 'base64');

    expect(unpackText(packed)).toBe(`{"type":"shipment.dropped_off","data":{"schema":1,"note":"${'x'.repeat(200)}"}}`);
  });

  it('refuses a form that it does not know', () => {
    expect(() => unpackText(Buffer.from([9, 1, 2]))).toThrow(/does not know/);
  });
});
