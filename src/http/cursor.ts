import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Page, Scope } from '../storage/store.ts';
import { invalid } from './problem.ts';

/** Paging: newest first, a page at a time, each page beginning after the last row of the one before. */

export const PageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a whole number from 1 to 200')
    .default('50')
    .transform(Number)
    .refine(limit => limit <= 200, 'must be a whole number from 1 to 200')
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: 200,
      default: 50,
      description: 'Entries on the page, 1 to 200. Default 50.',
    }),
  cursor: z.string().min(1).max(1000).optional().meta({
    description: 'nextCursor of the page before. Valid only with the filters and the token scope it was made with.',
  }),
};

export interface Paged {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

type Position = readonly (string | number)[];

/** What a cursor is bound to; a cursor met with anything else is refused. */
export interface CursorScope {
  readonly route: string;
  readonly filters: object;
  readonly scope: Scope;
}

/** Not signed: it only says where to go on within what the caller may see anyway. */
export function writeCursor(position: Position, of: CursorScope): string {
  return Buffer.from(JSON.stringify([bindingOf(of), ...position])).toString('base64url');
}

/** Throws `VALIDATION_FAILED` for a cursor of other filters, another scope, another route, or of nobody. */
export function readCursor(cursor: string, of: CursorScope, kinds: readonly ('string' | 'number')[]): Position {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    value = null;
  }
  const [binding, ...position] = Array.isArray(value) ? value : [];
  const fits =
    position.length === kinds.length &&
    position.every((part, index) => typeof part === kinds[index] && (kinds[index] === 'string' || isWhole(part)));
  if (!fits || typeof binding !== 'string') throw invalid('/query/cursor', 'is not a cursor of this gateway');
  if (binding !== bindingOf(of))
    throw invalid('/query/cursor', 'was made with other filters or by another token; start again without it');
  return position as Position;
}

/** As every instant and position is; a store may refuse others. */
function isWhole(part: unknown): boolean {
  return Number.isSafeInteger(part);
}

function bindingOf({ route, filters, scope }: CursorScope): string {
  const accounts = scope === 'all' ? scope : [...scope].sort();
  return createHash('sha256')
    .update(canonicalJson([route, filters, accounts]))
    .digest('base64url')
    .slice(0, 16);
}

export interface PageOf<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

/** A page from the store. One row more than asked for is read: it tells whether there is a next page. */
export async function readPage<Row>(
  query: Paged,
  of: CursorScope,
  read: (page: Page) => Promise<readonly Row[]>,
  positionOf: (row: Row) => NonNullable<Page['after']>,
): Promise<PageOf<Row>> {
  let after: Page['after'] = null;
  if (query.cursor !== undefined) {
    const [atMs, id] = readCursor(query.cursor, of, ['number', 'string']);
    after = { atMs: atMs as number, id: id as string };
  }
  const found = await read({ limit: query.limit + 1, after });
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  if (found.length <= query.limit || last === undefined) return { rows, nextCursor: null };
  const { atMs, id } = positionOf(last);
  return { rows, nextCursor: writeCursor([atMs, id], of) };
}

/** A page of a short list that is in memory as a whole, sorted by its keys. */
export function pageInMemory<Row>(
  query: Paged,
  of: CursorScope,
  all: readonly Row[],
  keyOf: (row: Row) => string,
): PageOf<Row> {
  const sorted = all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const [after] = query.cursor === undefined ? [] : readCursor(query.cursor, of, ['string']);
  const rest = after === undefined ? sorted : sorted.filter(row => keyOf(row) > String(after));
  const rows = rest.slice(0, query.limit);
  const last = rows.at(-1);
  return { rows, nextCursor: rest.length > rows.length && last !== undefined ? writeCursor([keyOf(last)], of) : null };
}

/** Filters without those that were not given. */
export function given<Filter extends object>(
  filter: Filter,
): { [Key in keyof Filter]: Exclude<Filter[Key], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as never;
}
