import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { happyReturns } from '../../../adapters/happy-returns/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const connection = {
  settings: happyReturns.settings.parse({ retailerId: 'acme' }),
  secrets: happyReturns.secrets.parse({ webhook: [new Secret('made-up')] }),
};
const now = new Date('2026-11-20T10:00:00.000Z');
const body = '{"event": "return_status_updated"}';
const signature = createHmac('sha256', 'made-up').update(body).digest('hex');
const verify = (text: string, header: string) =>
  happyReturns.webhook?.verify(requestOf(text, { 'x-hr-signature': header }), connection, now);

describe('a webhook of Happy Returns', () => {
  it.each([signature, signature.toUpperCase()])('is proven by the hex digest of its bytes: %s', header => {
    expect(verify(body, header)).toEqual({ outcome: 'accepted', trust: 'signed', secretIndex: 0 });
  });

  it('is not proven by a digest of the same JSON written in another way', () => {
    expect(verify(JSON.stringify(JSON.parse(body)), signature)).toMatchObject({ outcome: 'rejected' });
  });

  it('is answered 200 unless configured otherwise', () => {
    expect(connection.settings.acknowledgeWith).toBe(200);
  });

  it('needs to know whose returns it is about', () => {
    expect(happyReturns.settings.safeParse({}).success).toBe(false);
    expect(happyReturns.settings.safeParse({ retailerId: '' }).success).toBe(false);
  });
});

describe('one POST', () => {
  const told = '{"event":"return_status_updated","typeID":"dropped_off"}';
  const post = (items: number, otherEvents: number) => {
    const unit = (nth: number) => `{"happyReturnsReturnID":"hr-1","orderNumber":"MK-1","orderLineItemID":"${nth}"}`;
    const units = Array.from({ length: items }, (_, nth) => unit(nth)).join(',');
    const others = Array.from({ length: otherEvents }, () => told).join(',');
    return `${told.slice(0, -1)},"retailerID":"acme","otherEvents":[${others}],"items":[${units}]}`;
  };
  const problemsOf = (text: string) => {
    const parsed = happyReturns.reader.parse(requestOf(text), connection.settings);
    return parsed.outcome === 'parsed'
      ? parsed.notices.map(notice => ('problem' in notice ? notice.problem?.message : null))
      : parsed.problem;
  };

  it('may tell ten events of a thousand items', () => {
    expect(problemsOf(post(1000, 9))).toEqual(Array.from({ length: 10 }, () => null));
  });

  it.each([
    [1001, 0],
    [1000, 10],
    [11, 1000],
  ])('may not tell of more items than can be recorded at once: %i items, %i other events', (items, otherEvents) => {
    const problem = 'are more than 1000, or over all events more than 10000';

    expect(problemsOf(post(items, otherEvents))).toEqual(Array.from({ length: otherEvents + 1 }, () => problem));
  });

  it('of a consolidated shipment may name as many returns as it likes, each with a thousand items at most', () => {
    const unit = (code: string, nth: number) =>
      `{"happyReturnsExpressCode":"${code}","orderNumber":"MK-1","orderLineItemID":"${nth}"}`;
    const units = Array.from({ length: 1001 }, (_, nth) => [unit('HR-ONE', nth), unit(`HR-${nth}`, nth)]).flat();

    const problems = problemsOf(`[${units.join(',')}]`) as readonly (string | null)[];

    expect(problems).toHaveLength(1002);
    expect(problems.filter(problem => problem !== null)).toEqual([
      'are more than 1000, or over all events more than 10000',
    ]);
  });
});
