import { describe, expect, it } from 'vitest';
import { deriveFacts } from '../../src/model/derive-facts.ts';
import { ACCOUNT, at, telling } from './tellings.ts';

const USD = (amountMinor: number) => ({ amountMinor, currency: 'USD' });
const refund = (amountMinor: number) =>
  ({ settlement: { ref: 'RF-1', kind: 'refund', state: 'paid', amount: USD(amountMinor) } }) as const;
const byId = { subject: 'RF-1', occurrence: { by: 'id', id: 'RF-1' } } as const;
const method = (code: 'mail' | 'drop_off_boxless') => ({
  shipment: { ref: 'label' },
  method: { code, providerCode: code },
});
const entry = (value: string) => ({ occurrence: { by: 'entry', axis: 'method', value } }) as const;

describe('fact keys', () => {
  it('make two notices that tell one refund one fact with two sources', () => {
    const facts = deriveFacts(ACCOUNT, [
      telling('refund.issued', refund(2500), { ...byId, received: 1 }),
      telling('refund.issued', refund(2500), { ...byId, received: 9 }),
    ]);

    expect(facts).toHaveLength(1);
    expect(facts[0]!.tellings.map(each => each.source.inboundId)).toEqual(['inb_1', 'inb_9']);
  });

  it('keep the same event id in a store that is built anew', () => {
    const [first] = deriveFacts(ACCOUNT, [telling('return.requested', {}, { received: 1 })]);
    const [again] = deriveFacts(ACCOUNT, [telling('return.requested', {}, { received: 40, inboundId: 'inb_other' })]);

    expect(first!.eventId).toBe(again!.eventId);
    expect(first!.eventId).toMatch(/^evt_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('tell apart accounts, connections, aliases, types, subjects and occurrences', () => {
    const base = telling('refund.issued', refund(1), { ...byId, received: 1 });
    const others = [
      telling('refund.issued', refund(1), { ...byId, received: 1, connection: 'other' }),
      telling('refund.issued', refund(1), {
        ...byId,
        received: 1,
        aliases: [{ kind: 'return', value: 'R-2', unique: true }],
      }),
      telling('refund.failed', refund(1), { ...byId, received: 1 }),
      telling('refund.issued', refund(1), { ...byId, received: 1, subject: 'RF-2' }),
      telling('refund.issued', refund(1), { ...byId, received: 1, occurrence: { by: 'once' } }),
      telling('refund.issued', refund(1), { ...byId, occurred: 1, occurrence: { by: 'time' } }),
    ];
    const ids = [base, ...others].map(each => deriveFacts(ACCOUNT, [each])[0]!.eventId);

    expect(new Set([...ids, deriveFacts('globex', [base])[0]!.eventId]).size).toBe(ids.length + 1);
  });

  it('let the earliest told time count, never later than its own receipt', () => {
    const [fact] = deriveFacts(ACCOUNT, [
      telling('return.requested', {}, { occurred: 30, received: 20 }),
      telling('return.requested', {}, { occurred: 12, received: 25 }),
    ]);

    expect(fact!.effectiveAt).toBe(at(12));
  });

  it('take the content of the earliest receipt, and of the highest adapter version before that', () => {
    const early = telling('refund.issued', refund(100), { ...byId, received: 1 });
    const late = telling('refund.issued', refund(200), { ...byId, received: 2 });
    const mended = telling('refund.issued', refund(300), { ...byId, received: 3, adapterVersion: 2 });

    expect(deriveFacts(ACCOUNT, [late, early])[0]!.event.change).toEqual(refund(100));
    expect(deriveFacts(ACCOUNT, [late, early, mended])[0]!.event.change).toEqual(refund(300));
  });
});

describe('values that may come back', () => {
  it('are a new fact each time they are entered, and one however often they are repeated', () => {
    const facts = deriveFacts(ACCOUNT, [
      telling('label.issued', method('drop_off_boxless'), { ...entry('bar'), received: 1 }),
      telling('label.issued', method('drop_off_boxless'), { ...entry('bar'), received: 2 }),
      telling('label.issued', method('mail'), { ...entry('mail'), received: 3 }),
      telling('label.issued', method('drop_off_boxless'), { ...entry('bar'), received: 4 }),
    ]);

    expect(facts.map(fact => [fact.event.occurrence, fact.effectiveAt, fact.tellings.length])).toEqual([
      [entry('bar').occurrence, at(1), 2],
      [entry('mail').occurrence, at(3), 1],
      [entry('bar').occurrence, at(4), 1],
    ]);
    expect(new Set(facts.map(fact => fact.eventId)).size).toBe(3);
  });

  it('gain a fact when a late telling comes between, and lose none', () => {
    const around = [
      telling('label.issued', method('drop_off_boxless'), { ...entry('bar'), received: 1 }),
      telling('label.issued', method('drop_off_boxless'), { ...entry('bar'), received: 5 }),
    ];
    const before = deriveFacts(ACCOUNT, around);
    const after = deriveFacts(ACCOUNT, [
      ...around,
      telling('label.issued', method('mail'), { ...entry('mail'), received: 3 }),
    ]);

    expect(before).toHaveLength(1);
    expect(after).toHaveLength(3);
    expect(after.map(fact => fact.eventId)).toContain(before[0]!.eventId);
  });

  it('are counted per axis, so that another axis between them ends no run', () => {
    const facts = deriveFacts(ACCOUNT, [
      telling('label.issued', method('mail'), { ...entry('mail'), received: 1 }),
      telling(
        'shipment.in_transit',
        { shipment: { ref: 'p' } },
        { occurrence: { by: 'entry', axis: 'parcel', value: 'moving' }, received: 2 },
      ),
      telling('label.issued', method('mail'), { ...entry('mail'), received: 3 }),
    ]);

    expect(facts).toHaveLength(2);
  });
});

describe('what only two tellings show together', () => {
  const state = (value: string, after?: readonly string[]) =>
    ({ occurrence: { by: 'entry', axis: 'state', value, ...(after ? { after: [...after] } : {}) } }) as const;
  const over = ['completed', 'rejected'];
  const completed = (received: number) =>
    telling('return.completed', {}, { ...state('completed'), occurred: received, received: 50 });
  const goesOn = (received: number, value = 'open') =>
    telling('return.reopened', {}, { ...state(value, over), occurred: received, received: 50 });
  const reopenedIn = (...tellings: Parameters<typeof deriveFacts>[1]) =>
    deriveFacts(ACCOUNT, tellings).filter(fact => fact.event.type === 'return.reopened');

  it('is no fact before the axis left one of the values', () => {
    expect(reopenedIn(goesOn(1))).toEqual([]);
    expect(reopenedIn(goesOn(1), completed(2))).toEqual([]);
    expect(reopenedIn(goesOn(1), goesOn(3, 'review'))).toEqual([]);
  });

  it('is one fact each time it did, however often it is repeated', () => {
    const facts = reopenedIn(completed(2), goesOn(3), goesOn(4), completed(5), goesOn(6));

    expect(facts.map(fact => [fact.effectiveAt, fact.tellings.length])).toEqual([
      [at(3), 2],
      [at(6), 1],
    ]);
  });

  it('is not withdrawn by a late telling that stands in between, whose time counts from then on', () => {
    const [before] = reopenedIn(completed(2), goesOn(5));

    expect(reopenedIn(completed(2), goesOn(5), goesOn(4, 'review'), goesOn(1))).toMatchObject([
      { eventId: before!.eventId, effectiveAt: at(4) },
    ]);
  });
});

describe('parcel facts that only attach', () => {
  const parcel = {
    aliases: [{ kind: 'tracking', value: '1Z9', unique: false }],
    connection: 'carrier',
    subject: '1Z9',
  } as const;
  it('have another event id in each return that has the parcel', () => {
    const change = { shipment: { ref: '1Z9', carrier: 'UPS', trackingNumber: '1Z9' } };
    const [one, other] = ['return:R-1', 'return:R-2'].map(
      via => deriveFacts(ACCOUNT, [telling('shipment.delivered', change, { ...parcel, via, received: 9 })])[0],
    );

    expect(one!.anchor).toBe('tracking:1Z9 via return:R-1');
    expect(one!.eventId).not.toBe(other!.eventId);
  });
});
