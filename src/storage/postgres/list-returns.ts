import type { SQL } from 'drizzle-orm';
import { normalizeTracking } from '../../model/aliases.ts';
import { FEW_RETURNS, marksOf, type ReturnMark } from '../return-marks.ts';
import type { ReturnFilter, Store } from '../store.ts';
import type { Session } from './database.ts';
import { LIMIT, newestFirst, type Ranged, rangeOf, windowOf } from './newest-first.ts';
import { RETURN_COLUMNS, type StoredRow, toReturnRows } from './return-rows.ts';
import { ACCOUNTS } from './scope.ts';
import { CONNECTIONS, ofConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, type Statement, statement, type Values } from './statement.ts';

type Kind = ReturnMark['kind'];

/** Compared with the column of the same name. */
const FILTERS = ['connection', 'provider', 'status'] as const;
type Filter = (typeof FILTERS)[number];

/** How many returns have a mark, counted no further than it matters. */
const counts = Object.fromEntries(
  (['tracking', 'email', 'order', 'rma'] as const).map(kind => [
    kind,
    statement<{ returns: number }>(
      sql`SELECT count(*) AS returns FROM (SELECT 1 FROM ${markedBy(kind)} LIMIT ${sql.raw(String(FEW_RETURNS + 1))}) m`,
    ),
  ]),
) as Readonly<Record<Kind, Statement<{ returns: number }>>>;

/** Returns by update, newest first, or those that have a number or an e-mail address. */
export function createListReturns(session: Session): Store['listReturns'] {
  const statements = new Map<string, Statement<StoredRow>>();

  /**
   * One statement per combination of filters; each walks connections by time, or the few returns of one mark. A filter
   * that is not asked for is left out: as "null or equal" it would look so narrow that all of an index is read and sorted.
   */
  function listing(kinds: readonly Kind[], few: Kind | null, filters: readonly Filter[]): Statement<StoredRow> {
    const key = `${kinds} ${few} ${filters}`;
    const known = statements.get(key);
    if (known !== undefined) return known;
    const others = kinds.filter(kind => kind !== few);
    const ranged: Ranged = {
      from: few === null ? sql`"return" r` : sql`"return" r JOIN ${few === 'email' ? SHOPPERS : ALIASES}`,
      key: sql`r.account`,
      id: sql`r.id`,
      at: sql`r.updated_at_ms`,
      where: [
        few === null ? sql`r.account = c.account AND r.connection = c.name` : isMarked(few),
        sql`r.merged_into IS NULL`,
        ...others.map(hasMark),
        ...filters.map(name => sql`r.${sql.identifier(name)} = ${given(name)}`),
      ],
    };
    const page = few === null ? newestFirst(connectionsWith(others), ranged) : sql`${rangeOf(ranged)} LIMIT ${LIMIT}`;
    const built = statement<StoredRow>(
      sql`SELECT ${RETURN_COLUMNS} JOIN (${page}) p ON r.account = p.account AND r.id = p.id
        ORDER BY r.updated_at_ms DESC, r.id DESC`,
    );
    statements.set(key, built);
    return built;
  }

  /** The first mark that few have; `null` where there is none. */
  async function fewOf(marks: readonly ReturnMark[], values: Values): Promise<Kind | null> {
    for (const { kind } of marks) {
      if ((await session.get(counts[kind], values))!.returns <= FEW_RETURNS) return kind;
    }
    return null;
  }

  return async (scope, filter, page) => {
    const { account, connection, provider, status, updatedAfterMs } = filter;
    const marks = marksOf(withNormalizedTracking(filter));
    const values: Values = {
      ...ofConnections(scope, { account, connection, provider }),
      ...windowOf(page, updatedAfterMs),
      ...Object.fromEntries(marks.map(({ kind, value }) => [kind, value])),
      status,
    };
    const kinds = marks.map(({ kind }) => kind);
    const few = await fewOf(marks, values);
    const filters = FILTERS.filter(name => filter[name] !== undefined);
    const of = listing(kinds, few, few === null ? filters.filter(name => name !== 'connection') : filters);
    return toReturnRows(session, await session.all(of, values));
  };
}

const ALIASES = sql`return_alias m ON m.account = r.account AND m.return_id = r.id`;
const SHOPPERS = sql`shopper m ON m.account = r.account AND m.return_id = r.id`;

function isMarked(kind: Kind): SQL {
  if (kind === 'email') return sql`m.account IN ${ACCOUNTS} AND m.email_lower = ${given(kind)}`;
  return sql`m.account IN ${ACCOUNTS} AND m.kind = ${sql.raw(`'${kind}'`)} AND m.value = ${given(kind)}`;
}

function markedBy(kind: Kind): SQL {
  return sql`${sql.raw(kind === 'email' ? 'shopper' : 'return_alias')} m WHERE ${isMarked(kind)}`;
}

/** OFFSET 0: looked up row by row. As a join, all that very many returns share would be read and sorted for a page. */
function hasMark(kind: Kind): SQL {
  if (kind === 'email') {
    return sql`EXISTS (SELECT 1 FROM shopper WHERE account = r.account AND return_id = r.id
      AND email_lower = ${given(kind)} OFFSET 0)`;
  }
  return sql`EXISTS (SELECT 1 FROM return_alias WHERE account = r.account AND kind = ${sql.raw(`'${kind}'`)}
    AND value = ${given(kind)} AND connection = r.connection AND return_id = r.id OFFSET 0)`;
}

/** Without those that have no return with a number: their whole index would be walked in vain. */
function connectionsWith(kinds: readonly Kind[]): SQL {
  const conditions = kinds
    .filter(kind => kind !== 'email')
    .map(
      kind => sql`EXISTS (SELECT 1 FROM return_alias WHERE account = k.account AND kind = ${sql.raw(`'${kind}'`)}
        AND value = ${given(kind)} AND connection = k.name)`,
    );
  if (conditions.length === 0) return CONNECTIONS;
  return sql`(SELECT * FROM ${CONNECTIONS} k WHERE ${sql.join(conditions, sql` AND `)})`;
}

function withNormalizedTracking(filter: ReturnFilter): ReturnFilter {
  const { tracking } = filter;
  return tracking === undefined ? filter : { ...filter, tracking: normalizeTracking(tracking) };
}
