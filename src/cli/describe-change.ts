import type { Details, ItemChange, SettlementChange, ShipmentChange } from '../model/return-event.ts';
import type { EventAnswer } from './answers.ts';
import { formatMoney, plural, words } from './words.ts';

interface Code {
  readonly code: string;
  readonly providerCode: string | null;
}

/** Everything that any type of event may carry; which fields are there depends on the type. */
interface Change {
  readonly stage?: string;
  readonly actor?: string;
  readonly reason?: Code;
  readonly details?: Details;
  readonly method?: Code;
  readonly shipment?: ShipmentChange;
  readonly location?: { readonly name: string | null };
  readonly items?: readonly ItemChange[];
  readonly settlement?: SettlementChange;
  readonly dispute?: { readonly state: string; readonly reason: string | null };
  readonly into?: string;
  readonly from?: string;
}

/** What an event says beside its type, in a few words, whichever type it is. */
export function describeChange(change: unknown): string {
  const { stage, actor, reason, details, method, shipment, location, items, settlement, dispute, into, from } =
    change as Change;
  const parts = [
    into === undefined ? '' : `into ${into}`,
    from === undefined ? '' : `from ${from}`,
    stage === undefined ? '' : `at the ${stage}`,
    actor === undefined ? '' : `by ${actor}`,
    reason === undefined ? '' : describeCode(reason),
    details === undefined ? '' : describeDetails(details),
    shipment === undefined ? '' : describeShipment(shipment),
    method === undefined ? '' : describeCode(method),
    location?.name ? `at ${location.name}` : '',
    (items ?? []).map(describeItem).join(', '),
    settlement === undefined ? '' : describeSettlement(settlement),
    dispute === undefined ? '' : [words(dispute.state), dispute.reason ?? ''].join(' ').trim(),
  ];
  return parts.filter(part => part !== '').join(', ');
}

/** What is particular about a recorded event; a time that is only the receipt is no news of the provider's. */
export function describeNote({ late, revision, withdrawn, occurredAt }: EventAnswer): string {
  const notes = [
    withdrawn ? 'withdrawn' : '',
    revision > 1 ? `revision ${revision}` : '',
    late ? 'late' : '',
    occurredAt === null ? 'time of receipt' : '',
  ];
  return notes.filter(note => note !== '').join(', ');
}

/** Our word, and theirs where it is another. */
export function describeCode({ code, providerCode }: Code): string {
  if (providerCode === null || providerCode.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_') === code) return words(code);
  return `${words(code)} ("${providerCode}")`;
}

function describeDetails({ order, orders, items, rmaNumber, method }: Details): string {
  const numbers = [...(order === undefined ? [] : [order]), ...(orders ?? [])].map(({ number }) => number);
  const units = (items ?? []).reduce((sum, item) => sum + item.quantity, 0);
  const parts = [
    units > 0 ? plural(units, 'item') : '',
    numbers.length > 0 ? `order ${[...new Set(numbers)].join(', ')}` : '',
    rmaNumber ? `RMA ${rmaNumber}` : '',
    method === undefined ? '' : describeCode(method),
  ];
  return parts.filter(part => part !== '').join(', ');
}

function describeShipment({ direction, carrier, trackingNumber, label, phase, exception }: ShipmentChange): string {
  const parts = [
    direction === 'outbound' ? 'to the shopper' : '',
    [carrier ?? '', trackingNumber ?? ''].join(' ').trim(),
    label === undefined ? '' : describeLabel(label.kind),
    phase === undefined ? '' : words(phase),
    exception === undefined || exception === 'none' ? '' : words(exception),
  ];
  return parts.filter(part => part !== '').join(', ');
}

export function describeLabel(kind: string): string {
  if (kind === 'none') return '';
  return kind === 'qr' ? 'QR code' : words(kind);
}

function describeItem({ ref, quantity, condition, disposition }: ItemChange): string {
  const found = condition === undefined ? '' : ` ${describeCode(condition)}`;
  const done = disposition === undefined ? '' : ` → ${describeCode(disposition)}`;
  return `${quantity} of line ${ref}${found}${done}`;
}

function describeSettlement({ kind, state, amount }: SettlementChange): string {
  return [words(kind), words(state), amount ? formatMoney(amount) : ''].join(' ').trim();
}
