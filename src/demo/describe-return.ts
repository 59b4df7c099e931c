import type { ReturnStatus } from '../model/codes.ts';
import type { Money } from '../model/money.ts';
import type { Quantities, ReturnAuthorization, ReturnItem } from '../model/return.ts';

/** A return in a few words, for somebody who sees one for the first time. */

const STATUS_WORDS: Readonly<Record<ReturnStatus, string>> = {
  requested: 'the shopper asks to send it back',
  in_review: 'a person looks at it',
  authorized: 'the shopper may send it back',
  in_transit: 'on its way back',
  received: 'the merchant has it',
  inspected: 'the merchant has looked at it',
  completed: 'all done',
  rejected: 'refused',
  cancelled: 'called off',
  expired: 'the time to send it back is over',
  unknown: 'nobody has told us yet',
};

export function describeReturn(one: Pick<ReturnAuthorization, 'status' | 'items' | 'dropOff' | 'settlements'>): string {
  const { status, items, dropOff, settlements } = one;
  const parts = [
    `${status}: ${STATUS_WORDS[status]}`,
    describeItems(items),
    ...(dropOff === null ? [] : [`drop-off ${describeDropOff(dropOff)}`]),
    describeSettlements(settlements),
  ];
  return parts.join(' · ');
}

/** `2 × Blue tee (dropped off 2)`, lines of the same name together. */
function describeItems(items: readonly ReturnItem[]): string {
  const groups = Map.groupBy(items, item => item.name ?? item.sku ?? 'item');
  const texts = [...groups].map(([name, lines]) => {
    const total = (key: keyof Quantities) => lines.reduce((sum, line) => sum + line.quantities[key], 0);
    const reached = MOVES.flatMap(([key, words]) => (total(key) > 0 ? [`${words} ${total(key)}`] : []));
    const conditions = [
      ...new Set(lines.flatMap(line => (line.condition === null ? [] : [words(line.condition.code)]))),
    ];
    const all = [...reached, ...conditions.map(condition => `found ${condition}`)];
    return `${Math.max(total('requested'), lines.length)} × ${name}${all.length === 0 ? '' : ` (${all.join(', ')})`}`;
  });
  return texts.length === 0 ? 'no items named yet' : texts.join(', ');
}

const MOVES: readonly (readonly [keyof Quantities, string])[] = [
  ['droppedOff', 'dropped off'],
  ['received', 'received'],
  ['missing', 'missing'],
  ['refused', 'refused'],
  ['kept', 'kept by the shopper'],
];

function describeDropOff({ state, location }: NonNullable<ReturnAuthorization['dropOff']>): string {
  const where = location?.name ?? null;
  return `${words(state)}${where === null ? '' : ` at ${where}`}`;
}

function describeSettlements(settlements: ReturnAuthorization['settlements']): string {
  if (settlements.length === 0) return 'no refund yet';
  return settlements
    .map(({ kind, state, amount }) =>
      [words(kind), words(state), amount === null ? '' : money(amount)].join(' ').trim(),
    )
    .join(', ');
}

function money({ amountMinor, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  return format
    .format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
    .replace(/\u00a0/g, ' ');
}

function words(code: string): string {
  return code.replaceAll('_', ' ');
}
