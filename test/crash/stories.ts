import type { Chance } from '../../src/demo/seeded-chance.ts';

/** What providers tell in a run: whole lifecycles, made up from a seed. */

export const PORTAL = { account: 'crash-portal', connection: 'portal' } as const;
export const NETWORK = { account: 'crash-network', connection: 'happy-returns', retailerId: 'crash-market' } as const;

export interface Message {
  readonly account: string;
  readonly connection: string;
  /** The provider's id of the return. */
  readonly returnKey: string;
  /** `null`: the provider gives its messages no id. */
  readonly webhookId: string | null;
  readonly body: string;
  /** Where its row must end. */
  readonly state: 'recorded' | 'unrecognized' | 'unreadable';
  /** What it tells, each beginning with the event's type; equal text is one fact, however often and by whom it is told. */
  readonly facts: readonly string[];
}

/** The messages of one return, in the order in which they happen. */
export type Story = readonly Message[];

const FIRST_DAY = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;

/** A portal that speaks our events: parcels, lines, a refund; sometimes a word nobody knows, or news told twice under two ids. */
export function portalStory(name: string, chance: Chance): Story {
  const returnKey = `PR-${name}`;
  let minutes = chance.below(200 * 24 * 60);
  const parcel = { ref: `${returnKey}-P1`, carrier: 'DHL', trackingNumber: `0034${name.replaceAll('-', '')}` };
  const lines = Array.from({ length: 1 + chance.below(3) }, (_, nth) => ({ ref: `L${nth + 1}`, quantity: 1 + nth }));
  const amount = { amountMinor: 500 + chance.below(20_000), currency: 'EUR' };
  const messages: Message[] = [];

  const tell = (type: string, change: object, subjects: readonly string[] = ['total']): void => {
    minutes += 1 + chance.below(600);
    const timestamp = new Date(FIRST_DAY + minutes * MINUTE).toISOString();
    const say = (webhookId: string): void => {
      const body = JSON.stringify({ type, timestamp, data: { providerReturnId: returnKey, change } });
      const facts = subjects.map(subject => `${type} ${subject} ${timestamp}`);
      messages.push({ ...PORTAL, returnKey, webhookId, body, state: 'recorded', facts });
    };
    say(`msg-${name}-${messages.length}`);
    if (chance.happens(0.06)) say(`msg-${name}-${messages.length}-again`);
  };
  const other = (state: 'unrecognized' | 'unreadable', body: string): void => {
    messages.push({ ...PORTAL, returnKey, webhookId: `msg-${name}-${messages.length}`, body, state, facts: [] });
  };

  const shopper = { email: `shopper-${name}@example.com`, name: `Shopper ${name}` };
  const order = { number: `WEB-${name}`, id: null, placedAt: null };
  tell('return.requested', { details: { order, shopper, items: lines } });
  tell('return.authorized', { actor: 'marketplace', details: { items: lines } });
  tell('label.issued', { shipment: { ...parcel, label: { kind: 'qr' } } }, [parcel.ref]);
  tell('shipment.dropped_off', { shipment: parcel, items: lines }, [parcel.ref]);
  if (chance.happens(0.5)) tell('shipment.in_transit', { shipment: { ...parcel, phase: 'in_transit' } }, [parcel.ref]);
  tell('shipment.delivered', { shipment: parcel }, [parcel.ref]);
  const refs = lines.map(line => line.ref);
  tell('item.received', { items: lines }, refs);
  const condition = { code: 'as_new', providerCode: 'A' };
  tell('item.inspected', { items: lines.map(line => ({ ...line, condition })) }, refs);
  const settlement = { ref: `${returnKey}-R1`, kind: 'refund', amount };
  tell('settlement.approved', { settlement: { ...settlement, state: 'approved' } }, [settlement.ref]);
  tell('refund.issued', { settlement: { ...settlement, state: 'paid' } }, [settlement.ref]);
  if (chance.happens(0.6)) tell('return.completed', {});
  if (chance.happens(0.08)) other('unrecognized', JSON.stringify({ type: 'parcel.teleported', data: {} }));
  if (chance.happens(0.08)) other('unreadable', `{"type":"return.requested","of":"${returnKey}"`);
  return messages;
}

/**
 * A drop-off network: items one by one, no times and no message ids. Its outbound shipment names the return by another
 * id, so that where it comes before the label two returns prove to be one.
 */
export function networkStory(name: string, chance: Chance): Story {
  const returnKey = `hr-${name}`;
  const order = `MK-${name}`;
  const expressCode = `HR${name}`;
  const ids = Array.from({ length: 1 + chance.below(2) }, (_, nth) => `${name}-${nth}`);
  const units = ids.map(orderLineItemID => ({
    happyReturnsReturnID: returnKey,
    purchasedAt: '2026-01-02T10:00:00-05:00',
    email: `shopper-${name}@example.com`,
    orderNumber: order,
    orderLineItemID,
    sku: 'TEE-M-BLU',
    productName: 'Blue tee',
    returnReasonID: 'too-small',
  }));
  const message = (body: object, facts: readonly string[]): Message => {
    return { ...NETWORK, returnKey, webhookId: null, body: JSON.stringify(body), state: 'recorded', facts };
  };
  const { retailerId: retailerID } = NETWORK;
  const status = (typeID: string, items: object, otherEvents: readonly object[] = []): object => {
    return { event: 'return_status_updated', typeID, retailerID, otherEvents, items };
  };
  const method = { event: 'return_dropoff_method_created', typeID: 'return-bar' };
  const label = { event: 'return_label_update', retailerID, labelID: 'BAG-1', happyReturnsReturnID: returnKey };
  const tracking = `1Z${name.replaceAll('-', '').toUpperCase()}`;
  const shipped = units.map(({ happyReturnsReturnID: _, purchasedAt, returnReasonID, email: __, ...unit }) => {
    const told = { purchasedDate: purchasedAt, returnReason: returnReasonID, tracking, carrier: 'UPS' };
    return { ...unit, ...told, happyReturnsExpressCode: expressCode, happyReturnsRetailerID: retailerID };
  });
  return [
    message(status('started', units, [method]), [
      'label.issued return-bar',
      `return.requested ${order}`,
      `return.authorized ${order}`,
    ]),
    message({ ...label, happyReturnsExpressCode: expressCode }, []),
    ...units.map(unit => message(status('dropped_off', [unit]), [`shipment.dropped_off ${unit.orderLineItemID}`])),
    message(status('approved', units), [`settlement.approved ${order}`]),
    message(shipped, [`shipment.in_transit ${tracking}`]),
  ];
}
