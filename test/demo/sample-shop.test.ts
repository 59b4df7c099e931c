import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { openSampleShop, type SampleShop } from '../../src/demo/sample-shop.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const AT = new Date('2026-11-20T10:00:00.000Z');

let shop: SampleShop | null = null;
afterEach(async () => {
  await shop?.close();
  shop = null;
});

async function open(): Promise<SampleShop> {
  shop = await openSampleShop(0, () => AT.getTime());
  shop.trust('/hooks/refunds', [SECRET]);
  return shop;
}

async function post(url: string, webhookId: string, data: object, secret = SECRET): Promise<number> {
  const body = JSON.stringify({ type: 'refund.issued', timestamp: AT.toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': webhookId,
    'webhook-timestamp': String(AT.getTime() / 1000),
    'webhook-signature': new Webhook(secret).sign(webhookId, AT, body),
  };
  return (await fetch(`${url}/hooks/refunds`, { method: 'POST', headers, body })).status;
}

function message(sequence: number) {
  return { sequence, return: { id: 'ret_1', status: 'in_transit' } };
}

describe('the sample shop', () => {
  it('keeps genuine messages in the order they come', async () => {
    const { url, messages, complaints } = await open();

    const statuses = [await post(url, 'evt_1', message(1)), await post(url, 'evt_2', message(2))];

    expect(statuses).toEqual([204, 204]);
    expect(messages.map(({ webhookId, returnId, sequence, again }) => [webhookId, returnId, sequence, again])).toEqual([
      ['evt_1', 'ret_1', 1, false],
      ['evt_2', 'ret_1', 2, false],
    ]);
    expect(complaints).toEqual([]);
  });

  it('refuses a message it cannot prove, and complains', async () => {
    const { url, messages, complaints } = await open();

    const status = await post(url, 'evt_1', message(1), 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');

    expect(status).toBe(401);
    expect(messages).toEqual([]);
    expect(complaints).toEqual(['/hooks/refunds: no signature fits']);
  });

  it('knows a redelivery by its webhook-id', async () => {
    const { url, messages, complaints } = await open();

    await post(url, 'evt_1', message(1));
    await post(url, 'evt_2', message(2));
    await post(url, 'evt_1', message(1));

    expect(messages.map(({ again }) => again)).toEqual([false, false, true]);
    expect(complaints).toEqual([]);
  });

  it('complains of news that goes back in the order of its return', async () => {
    const { url, complaints } = await open();

    await post(url, 'evt_2', message(2));
    await post(url, 'evt_1', message(1));

    expect(complaints).toEqual(['/hooks/refunds: refund.issued of ret_1 has sequence 1 and came after 2']);
  });

  it('answers 503 and keeps nothing while it is down', async () => {
    const { url, messages, down, turnedAway } = await open();

    down(true);
    const whileDown = await post(url, 'evt_1', message(1));
    down(false);
    const after = await post(url, 'evt_1', message(1));

    expect([whileDown, after]).toEqual([503, 204]);
    expect(turnedAway()).toBe(1);
    expect(messages).toHaveLength(1);
  });

  it('listens elsewhere when its port is taken', async () => {
    const first = await open();
    const second = await openSampleShop(first.port, () => AT.getTime());

    expect(second.port).not.toBe(first.port);
    await second.close();
  });
});
