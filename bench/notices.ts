import { createHmac } from 'node:crypto';
import { SECRET } from './processes.ts';

/** One signed webhook of the adapter `standard`, one fact each. */
export interface Notice {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const USD = (amountMinor: number) => ({ amountMinor, currency: 'USD' });
const PARCEL = { ref: 'parcel', carrier: 'UPS' };

/** The life of one return in eight notices; about 1.2 kB of JSON with its filling. */
const LIFE: readonly { readonly type: string; readonly change: (n: number) => object }[] = [
  {
    type: 'return.requested',
    change: n => ({
      details: {
        order: { number: `MK-${n}`, id: null, placedAt: null },
        shopper: { email: `shopper-${n}@shoppers.example` },
        items: [
          { ref: 'a', quantity: 1, orderNumber: `MK-${n}`, orderLineId: 'a', sku: 'TEE-M-BLU', name: 'Blue tee' },
        ],
      },
    }),
  },
  { type: 'return.authorized', change: () => ({}) },
  {
    type: 'label.issued',
    change: n => ({
      shipment: { ...PARCEL, trackingNumber: `1Z${n}`, label: { kind: 'qr', url: `https://labels.example/${n}` } },
    }),
  },
  { type: 'shipment.dropped_off', change: () => ({ shipment: PARCEL, items: [{ ref: 'a', quantity: 1 }] }) },
  { type: 'shipment.in_transit', change: () => ({ shipment: PARCEL }) },
  { type: 'item.received', change: () => ({ items: [{ ref: 'a', quantity: 1 }] }) },
  {
    type: 'settlement.approved',
    change: () => ({ settlement: { ref: 'total', kind: 'refund', state: 'approved', amount: USD(2500) } }),
  },
  {
    type: 'refund.issued',
    change: () => ({ settlement: { ref: 'total', kind: 'refund', state: 'paid', amount: USD(2500) } }),
  },
];
export const PER_RETURN = LIFE.length;
const TYPES = LIFE.map(step => step.type);

/** Bodies of real providers carry much that we do not read; this makes ours as long. */
const BODY_BYTES = 1200;

let made = 0;

/**
 * `count` notices of `count / 8` new returns, such that the notices of one return lie `apart` returns from each other,
 * as those of many shoppers do. Signed now.
 */
export function makeNotices(count: number, apart = 256): readonly Notice[] {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const notices: Notice[] = [];
  const first = made;
  for (let block = 0; notices.length < count; block += apart) {
    for (let step = 0; step < PER_RETURN; step += 1) {
      for (let nth = 0; nth < apart && notices.length < count; nth += 1)
        notices.push(sign(first + block + nth, step, key));
    }
  }
  made = first + Math.ceil(count / PER_RETURN / apart + 1) * apart;
  return notices;
}

function sign(number: number, step: number, key: Buffer): Notice {
  const timestamp = new Date().toISOString();
  const { type, change } = LIFE[step]!;
  const message = { type, timestamp, data: { providerReturnId: `R-${number}`, change: change(number) }, filling: '' };
  const bare = JSON.stringify(message);
  const body = JSON.stringify({ ...message, filling: 'x'.repeat(Math.max(0, BODY_BYTES - bare.length)) });
  const id = `msg_${number}_${step}`;
  const seconds = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
  return { body, headers };
}

/** Which notice a delivery tells of, as `{return}_{step}`, from the delivered body. */
export function noticeOf(delivered: string): string {
  const { type, data } = JSON.parse(delivered) as { type: string; data: { return: { providerReturnId: string } } };
  return `${data.return.providerReturnId.slice('R-'.length)}_${TYPES.indexOf(type)}`;
}

export function nameOf(notice: Notice): string {
  return notice.headers['webhook-id']!.slice('msg_'.length);
}
