import type { ReturnAnswer } from './answers.ts';
import { describeCode, describeLabel } from './describe-change.ts';
import { paint } from './display-text.ts';
import { type Column, renderFields, renderTable, type Surface } from './table.ts';
import { exactly } from './times.ts';
import { formatMoney, stateColour, words } from './words.ts';

/** One return as a page of text. */
export function showReturn(one: ReturnAnswer, nowMs: number, surface: Surface): string {
  const heading = `Return ${one.id}  ${paint(one.status, stateColour(one.status) ?? 'bold', surface.colour)}\n`;
  const table = <Row>(title: string, rows: readonly Row[], columns: readonly Column<Row>[]) =>
    rows.length === 0 ? '' : `\n${title}\n${renderTable(columns, rows, surface, '  ')}`;
  const { items, shipments, settlements, fees, anomalies, exceptions } = one;

  return [
    heading,
    renderFields(fieldsOf(one, nowMs), surface),
    table('Items', items, ITEM_COLUMNS),
    table('Parcels', shipments, PARCEL_COLUMNS),
    table('Settlements', settlements, [
      { title: 'KIND', text: row => words(row.kind) },
      { title: 'STATE', text: row => words(row.state), colour: row => stateColour(row.state) },
      { title: 'AMOUNT', text: row => (row.amount === null ? '' : formatMoney(row.amount)), right: true },
      { title: 'ORDER', text: row => row.orderNumber },
      { title: 'SINCE', text: row => row.at },
    ]),
    table('Fees', fees, [
      { title: 'KIND', text: row => words(row.kind) },
      { title: 'AMOUNT', text: row => (row.amount === null ? 'not stated' : formatMoney(row.amount)), right: true },
    ]),
    table('Exceptions', exceptions, [
      { title: 'CODE', text: row => words(row.code), colour: () => 'yellow' },
      { title: 'SINCE', text: row => row.at },
      { title: 'EVENT', text: row => row.eventId },
    ]),
    table('Anomalies: facts that contradict each other; a person should look', anomalies, [
      { title: 'CODE', text: row => words(row.code), colour: () => 'yellow' },
      { title: 'SINCE', text: row => row.at },
      { title: 'EVENTS', text: row => row.eventIds.join(', ') },
    ]),
  ].join('');
}

function fieldsOf(one: ReturnAnswer, nowMs: number): readonly (readonly [string, string | number | null])[] {
  const { decision, method, dropOff, dispute, shopper } = one;
  const contacts = [shopper?.name, shopper?.email, shopper?.phone, shopper?.address].filter(Boolean).join(', ');
  const gift = shopper?.isGiftRecipient === true ? '(a gift recipient)' : '';
  return [
    ['account', one.account],
    ['connection', one.connection === one.provider ? one.connection : `${one.connection} (${one.provider})`],
    ['provider id', one.providerReturnId],
    ['RMA', one.rmaNumber],
    ['order', one.orders.map(({ number }) => number).join(', ')],
    ['shopper', [contacts, gift].filter(Boolean).join(' ')],
    [
      'decision',
      decision === null ? null : `${decision.stage} ${words(decision.state)}, ${exactly(decision.at, nowMs)}`,
    ],
    ['method', method === null ? null : describeCode(method)],
    ['drop-off', dropOff === null ? null : `${words(dropOff.state)}${whereOf(dropOff)}, ${exactly(dropOff.at, nowMs)}`],
    ['dispute', dispute.state === 'none' ? null : [words(dispute.state), dispute.reason].filter(Boolean).join(', ')],
    ['related', one.related.map(({ id, connection, by }) => `${id} (${connection}, by ${words(by)})`).join(', ')],
    ['merged from', one.mergedFrom.join(', ')],
    ['events', one.sequence],
    ['created', exactly(one.createdAt, nowMs)],
    ['updated', exactly(one.updatedAt, nowMs)],
  ];
}

function whereOf({ location }: NonNullable<ReturnAnswer['dropOff']>): string {
  return location?.name ? ` at ${location.name}` : '';
}

const ITEM_COLUMNS: readonly Column<ReturnAnswer['items'][number]>[] = [
  { title: 'LINE', text: row => row.orderLineId, shrinks: true },
  { title: 'SKU', text: row => row.sku, shrinks: true },
  { title: 'NAME', text: row => row.name, shrinks: true },
  { title: 'REASON', text: row => (row.reason === null ? '' : describeCode(row.reason)), shrinks: true },
  { title: 'VALUE', text: row => (row.value === null ? '' : formatMoney(row.value)), right: true },
  { title: 'UNITS', text: unitsOf, shrinks: true },
  { title: 'FOUND', text: row => (row.condition === null ? '' : describeCode(row.condition)) },
  { title: 'DONE', text: row => (row.disposition === null ? '' : describeCode(row.disposition)) },
];

/** `2 requested, 1 received`: the quantities that are not zero. */
function unitsOf({ quantities }: ReturnAnswer['items'][number]): string {
  const names = [
    ['requested', 'requested'],
    ['authorized', 'authorized'],
    ['droppedOff', 'dropped off'],
    ['received', 'received'],
    ['missing', 'missing'],
    ['refused', 'refused'],
    ['kept', 'kept'],
  ] as const;
  return names.flatMap(([key, name]) => (quantities[key] > 0 ? [`${quantities[key]} ${name}`] : [])).join(', ');
}

const PARCEL_COLUMNS: readonly Column<ReturnAnswer['shipments'][number]>[] = [
  { title: 'WAY', text: row => (row.direction === 'outbound' ? 'to the shopper' : 'return') },
  { title: 'CARRIER', text: row => row.carrier },
  { title: 'TRACKING', text: row => row.trackingNumber, shrinks: true },
  { title: 'PHASE', text: row => words(row.phase) },
  {
    title: 'TROUBLE',
    text: row => (row.exception === 'none' ? '' : words(row.exception)),
    colour: () => 'yellow',
  },
  { title: 'LABEL', text: labelOf },
  { title: 'TOGETHER', text: row => (row.consolidated ? 'with others' : '') },
];

function labelOf({ label }: ReturnAnswer['shipments'][number]): string {
  if (label === null) return '';
  const kind = describeLabel(label.kind);
  return kind !== '' && label.voidedAt !== null ? `${kind}, voided` : kind;
}
