import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Outgoing bodies are packed: unpacked they were half of the file (2.4 of 5.6 kB per notice; packed 0.5), and a
 * request's own bytes are not, because packing costs 40 µs that no acknowledgement waits for.
 * The first byte names the form, so that a later form can stand beside this one: 0 plain UTF-8, 1 deflate with DICTIONARY_1.
 */
const PLAIN = 0;
const DEFLATE_1 = 1;

/** Shorter texts gain nothing. */
const WORTH_PACKING = 200;

/** What bodies have in common, the most common last. Never changed: packed rows need it to be read. */
const DICTIONARY_1 = Buffer.from(
  '"stage":"package","actor":"provider","dispute":{"state":"opened"},"refund.issued","credit.issued",' +
    '"settlement.approved","item.inspected","item.received","item.dispositioned","return.requested","return.authorized",' +
    '"return.completed","return.cancelled","return.rejected","return.expired","label.issued","shipment.in_transit",' +
    '"shipment.delivered","shipment.dropped_off","store_credit","gift_card","exchange","restock","as_new","damaged",' +
    '"wrong_item","not_as_described","changed_mind","drop_off_parcel","in_store","pickup","mail","code":"other",' +
    '"withdrawn":true,"late":true,"timeSource":"received","location":{"name":"","address":""},' +
    '"label":{"kind":"document","url":"https://","issuedAt":"2026-","voidedAt":null},"trackingUrl":"https://",' +
    '"settlement":{"ref":"total","kind":"refund","state":"approved","amount":{"amountMinor":0,"currency":"EUR"}},' +
    '{"type":"shipment.dropped_off","timestamp":"2026-01-01T00:00:00.000Z","data":{"schema":1,"eventId":"evt_",' +
    '"account":"","connection":"","provider":"","sequence":1,"revision":1,"withdrawn":false,"late":false,' +
    '"occurredAt":"2026-01-01T00:00:00.000Z","timeSource":"provider","receivedAt":"2026-01-01T00:00:00.000Z",' +
    '"change":{"shipment":{"ref":"","carrier":"UPS","trackingNumber":"1Z","phase":"handed_over","exception":"none"},' +
    '"items":[{"ref":"","quantity":1}]},"return":{"id":"ret_0","account":"","connection":"","provider":"",' +
    '"status":"in_transit","providerReturnId":"","rmaNumber":"","order":{"number":"","id":null,"placedAt":null},' +
    '"orders":[{"number":"","id":null,"placedAt":null}],"decision":{"stage":"request","state":"granted",' +
    '"at":"2026-01-01T00:00:00.000Z"},"decisions":{"request":{"state":"granted","at":"2026-01-01T00:00:00.000Z"},' +
    '"package":null},"method":{"code":"drop_off_boxless","providerCode":""},"items":[{"id":"itm_0","orderNumber":"",' +
    '"orderLineId":"","sku":"","upc":null,"name":"","reason":{"code":"too_small","providerCode":"","fault":"shopper"},' +
    '"value":null,"quantities":{"requested":1,"authorized":1,"droppedOff":1,"received":0,"missing":0,"refused":0,' +
    '"kept":0},"condition":null,"disposition":null}],"shipments":[{"id":"shp_0","direction":"return","carrier":"UPS",' +
    '"trackingNumber":"1Z","trackingUrl":null,"label":{"kind":"qr","url":null,"issuedAt":null,"voidedAt":null},' +
    '"phase":"handed_over","exception":"none","consolidated":false}],"dropOff":{"state":"dropped",' +
    '"at":"2026-01-01T00:00:00.000Z","location":null},"settlements":[{"id":"stl_0","kind":"refund","state":"paid",' +
    '"amount":{"amountMinor":0,"currency":"USD"},"scope":null,"orderNumber":null,"at":"2026-01-01T00:00:00.000Z"}],' +
    '"fees":[],"dispute":{"state":"none","reason":null},"exceptions":[],"anomalies":[],"providerData":{},' +
    '"related":[],"mergedFrom":[],"sequence":1,"createdAt":"2026-01-01T00:00:00.000Z",' +
    '"updatedAt":"2026-01-01T00:00:00.000Z"},"replayOf":null}}',
);

/** A small window and little memory: setting them up is most of the cost. */
const OPTIONS = { dictionary: DICTIONARY_1, level: 1, windowBits: 13, memLevel: 5 } as const;

export function packText(text: string): Buffer {
  const plain = Buffer.from(text);
  if (plain.length < WORTH_PACKING) return Buffer.concat([Buffer.of(PLAIN), plain]);
  return Buffer.concat([Buffer.of(DEFLATE_1), deflateRawSync(plain, { ...OPTIONS, chunkSize: 4096 })]);
}

export function unpackText(packed: Uint8Array): string {
  const content = packed.subarray(1);
  if (packed[0] === PLAIN) return Buffer.from(content).toString();
  if (packed[0] !== DEFLATE_1) throw new Error('A packed text has a form that this version does not know.');
  return inflateRawSync(content, { ...OPTIONS, chunkSize: 8192 }).toString();
}
