import type { Read } from '#adapter/read-json.ts';
import type { Problem } from '#adapter/webhook.ts';
import type { Settings } from './settings.ts';

/** A line of a return: the entries of its item list that share a name. */
export interface Line {
  /** The item's id where it has one, else its SKU, which the label API takes once per return only [third-party]. */
  readonly ref: string;
  readonly id: string | null;
  readonly sku: string | null;
  readonly quantity: number;
  readonly name: string | null;
  readonly reason: string | null;
}

/** No return has more; a line of the canonical return could not hold them. */
const MOST_UNITS = 1_000_000;

/**
 * Reads the items by the names in the settings. A body without a list says nothing of items; an item that cannot be read
 * is never left out. Checked by hand, because a schema over configured names would be built anew for every webhook.
 */
export function readLines(part: Readonly<Record<string, unknown>>, names: Settings['items']): Read<readonly Line[]> {
  const list = own(part, names.list);
  if (list === undefined || list === null) return { ok: true, value: [] };
  if (!Array.isArray(list)) return unreadable(`/${names.list}`, 'is not of type array');
  if (list.length > 1000) return unreadable(`/${names.list}`, 'is longer than 1000');

  const lines = new Map<string, Line>();
  for (const entry of list as readonly unknown[]) {
    const read = readLine(entry, names);
    if (!read.ok) return read;
    const { ref } = read.value;
    const quantity = read.value.quantity + (lines.get(ref)?.quantity ?? 0);
    if (quantity > MOST_UNITS) return unreadable(`/${names.list}/*/${names.quantity}`, `is larger than ${MOST_UNITS}`);
    lines.set(ref, { ...read.value, quantity });
  }
  return { ok: true, value: [...lines.values()] };
}

function readLine(entry: unknown, names: Settings['items']): Read<Line> {
  const at = `/${names.list}/*`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return unreadable(at, 'is not of type object');
  const item = entry as Record<string, unknown>;
  const texts: Record<string, string | null> = {};
  for (const [key, longest] of [
    ['id', 140],
    ['sku', 140],
    ['name', 2000],
    ['reason', 500],
  ] as const) {
    const value = own(item, names[key]) ?? '';
    if (typeof value !== 'string') return unreadable(`${at}/${names[key]}`, 'is not of type string');
    if (value.length > longest) return unreadable(`${at}/${names[key]}`, `is longer than ${longest}`);
    texts[key] = value === '' ? null : value;
  }
  const { id = null, sku = null, name = null, reason = null } = texts;
  const ref = id ?? sku;
  if (ref === null) return unreadable(`${at}/${names.sku}`, 'is missing, and so is an id');
  const quantity = wholeNumber(own(item, names.quantity));
  if (quantity === null) return unreadable(`${at}/${names.quantity}`, 'is not a whole number, or is missing');
  return { ok: true, value: { ref, id, sku, quantity, name, reason } };
}

/** Numbers are text in the dialect full and in label requests [documented]. */
function wholeNumber(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function unreadable(path: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message } };
}
