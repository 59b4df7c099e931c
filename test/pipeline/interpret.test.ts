import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/pipeline/interpret.ts';
import { worstState } from '../../src/storage/worst-state.ts';
import { told, toyConnection, toyRow } from './toy-adapter.ts';

const requested = told('return:R-1', { type: 'return.requested' });

describe('interpretation', () => {
  it('gives every notice its own outcome: one bad notice fails alone', () => {
    const row = toyRow('inb_1', [
      requested,
      'bad',
      'throw',
      { outcome: 'ignored', because: 'not ours' },
      { outcome: 'unrecognized', because: 'new type' },
      requested,
    ]);

    const { notices, fingerprint } = interpret(row, toyConnection());

    expect(notices.map(notice => notice.state)).toEqual([
      'recorded',
      'unreadable',
      'failed',
      'ignored',
      'unrecognized',
      'recorded',
    ]);
    expect(notices.map(notice => notice.events.map(event => event.ordinal))).toEqual([[0], [], [], [], [], [1]]);
    expect(fingerprint).toBe('normalize · toy@1 · BUG');
  });

  it('says where a row failed, so that rows of one cause share a fingerprint', () => {
    const fingerprintOf = (body: readonly unknown[] | string) =>
      interpret(toyRow('inb_1', body), toyConnection()).fingerprint;

    expect(fingerprintOf('unreadable')).toBe('parse · toy@1 · MALFORMED_BODY');
    expect(fingerprintOf(['bad'])).toBe('normalize · toy@1 · SCHEMA_MISMATCH /*/amount');
    expect(fingerprintOf('throw')).toBe('parse · toy@1 · BUG');
    expect(fingerprintOf([requested])).toBeNull();
  });

  it('keeps nothing of an exception, which may quote the body', () => {
    for (const body of ['throw', JSON.stringify(['throw'])]) {
      expect(JSON.stringify({ ...interpret(toyRow('inb_1', body), toyConnection()), work: null })).not.toContain(
        'must not be quoted',
      );
    }
  });

  it('refuses an event that is not canonical instead of recording half of it', () => {
    const wrong = told('return:R-1', {
      type: 'refund.issued',
      change: {
        settlement: { ref: 'total', kind: 'refund', state: 'paid', amount: { amountMinor: 10.5, currency: 'USD' } },
      },
    });

    const { notices } = interpret(toyRow('inb_1', [wrong]), toyConnection());

    expect(notices).toMatchObject([
      { state: 'failed', events: [], problem: { code: 'BUG', path: '/change/settlement/amount/amountMinor' } },
    ]);
  });

  it('takes personal data out of the events', () => {
    const shopper = { email: 'jo@example.com' };
    const row = toyRow('inb_1', [
      told('return:R-1', { type: 'return.requested', change: { details: { shopper, rmaNumber: 'RMA-1' } } }),
    ]);

    const [notice] = interpret(row, toyConnection()).notices;

    expect(notice!.shoppers).toEqual([{ shopper, occurredAt: null }]);
    expect(notice!.events[0]!.event.change).toEqual({ details: { rmaNumber: 'RMA-1' } });
  });

  it('holds what a sender told who proved nothing', () => {
    const { notices, fingerprint } = interpret(toyRow('inb_1', [requested], { trust: 'hint' }), toyConnection());

    expect(notices).toMatchObject([{ state: 'held', events: [], problem: { code: 'UNPROVEN' } }]);
    expect(fingerprint).toBe('normalize · toy@1 · UNPROVEN');
  });

  it('fails a row whose connection is no longer configured, and keeps it', () => {
    expect(interpret(toyRow('inb_1', [requested]), undefined).notices).toMatchObject([
      { state: 'failed', problem: { code: 'CONNECTION_UNKNOWN' } },
    ]);
  });

  it('writes tracking numbers one way', () => {
    const [notice] = interpret(
      toyRow('inb_1', [
        told('tracking:1z 999-aa1', { type: 'shipment.delivered', change: { shipment: { ref: 'p' } } }),
      ]),
      toyConnection(),
    ).notices;

    expect(notice!.aliases).toEqual([{ kind: 'tracking', value: '1Z999AA1', unique: false }]);
  });
});

describe('the state of a row', () => {
  it('is the worst of its notices', () => {
    expect(worstState(['recorded', 'ignored'])).toBe('recorded');
    expect(worstState(['recorded', 'waiting', 'held'])).toBe('waiting');
    expect(worstState(['recorded', 'unrecognized', 'unreadable'])).toBe('unreadable');
    expect(worstState(['unreadable', 'failed'])).toBe('failed');
    expect(worstState([])).toBe('ignored');
  });
});
