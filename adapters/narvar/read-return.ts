import { matchSchema, type Read } from '#adapter/read-json.ts';
import type { Problem } from '#adapter/webhook.ts';
import { type Instant, instantFrom } from '#model/time.ts';
import type { State } from './codes.ts';
import { readLines } from './lines.ts';
import { type Body, FullOrder, FullReturn, ShopifyReturn, StandardReturn, type Told } from './notices.ts';
import type { Settings } from './settings.ts';

/** The object that holds the return, and its JSON Pointer. */
export interface ReturnPart {
  readonly at: string;
  readonly value: unknown;
}

/** The part of `full` is [not found], that of `shopify` [third-party]: hence a setting. */
const RETURN_PART = { standard: '', full: 'return', shopify: 'rma' } as const;

export function returnPart(body: Body, { dialect, returnPart: configured }: Settings): ReturnPart {
  const key = configured ?? RETURN_PART[dialect];
  if (key === '') return { at: '', value: body };
  return { at: `/${key}`, value: Object.hasOwn(body, key) ? body[key] : undefined };
}

/** The whole state of the return, whichever dialect tells it: the renames between them, in one place. */
export function readReturn(body: Body, part: ReturnPart, state: State, settings: Settings): Read<Told> {
  if (settings.dialect === 'full') {
    const read = within(part.at, matchSchema(part.value, FullReturn));
    const order = within('/order', matchSchema(body.order, FullOrder));
    if (!read.ok) return read;
    if (!order.ok) return order;
    const { order_number, placement_date } = order.value;
    const created = dateAt(read.value.return_created_date, `${part.at}/return_created_date`);
    const told = { state, orderNumber: order_number, placedAt: instantFrom(placement_date), at: part.at };
    return complete(told, read.value, created, settings);
  }
  const schema = settings.dialect === 'standard' ? StandardReturn : ShopifyReturn;
  const read = within(part.at, matchSchema(part.value, schema));
  if (!read.ok) return read;
  const created = dateAt(read.value.return_creation_date, `${part.at}/return_creation_date`);
  const told = { state, orderNumber: read.value.order_number, placedAt: null, at: part.at };
  return complete(told, read.value, created, settings);
}

/** With the order's number it identifies the return, so that one that cannot be read is not passed over. */
function dateAt(text: string | null | undefined, path: string): Read<Instant | null> {
  const value = instantFrom(text);
  return text && value === null ? problem(path, 'is not a time with its zone') : { ok: true, value };
}

function complete(
  told: Pick<Told, 'state' | 'orderNumber' | 'placedAt' | 'at'>,
  rma: Told['rma'],
  created: Read<Instant | null>,
  { items, returnIdField }: Settings,
): Read<Told> {
  if (!created.ok) return created;
  const returnId = Object.hasOwn(rma, returnIdField) ? (rma[returnIdField] ?? '') : '';
  if (typeof returnId !== 'string' || returnId.length > 140) {
    return problem(`${told.at}/${returnIdField}`, 'is no text of at most 140 characters');
  }
  const lines = within(told.at, readLines(rma, items));
  if (!lines.ok) return lines;
  return {
    ok: true,
    value: { ...told, createdAt: created.value, returnId: returnId || null, rma, lines: lines.value },
  };
}

function within<T>(at: string, read: Read<T>): Read<T> {
  return read.ok ? read : { ok: false, problem: { ...read.problem, path: `${at}${read.problem.path ?? ''}` } };
}

function problem(path: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message } };
}
