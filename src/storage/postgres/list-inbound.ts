import { type RejectionStored, toRejection } from '../rows/rejection.ts';
import type { InboundFilter, InboundRow, Page, Rejection, Scope, Store } from '../store.ts';
import type { Session } from './database.ts';
import { type InboundFound, LISTED_COLUMNS, toFoundRow } from './inbound-rows.ts';
import { LIMIT, newestFirst, type Ranged, rangeOf, windowOf } from './newest-first.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { CONNECTIONS, narrowed, ofConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, type Statement, statement } from './statement.ts';

/** What a list of kept requests is read from: each has an index of its own. */
type Way = 'every state' | 'recorded' | 'other states' | 'received';

const OF_CONNECTION = sql`i.account = c.account AND i.connection = c.name`;
const WAYS: Readonly<Record<Way, Ranged>> = {
  'every state': inboundWhere(OF_CONNECTION),
  recorded: inboundWhere(OF_CONNECTION, sql`i.state = 'recorded'`),
  // The partial index is used only where the statement says what it says; a bound state says nothing.
  'other states': inboundWhere(
    OF_CONNECTION,
    sql`i.state = ${given('state')}`,
    sql`i.state NOT IN ('received', 'recorded')`,
  ),
  received: {
    from: sql`inbound_queue q JOIN inbound i ON i.account = q.account AND i.id = q.inbound_id`,
    key: sql`q.account`,
    id: sql`q.inbound_id`,
    at: sql`q.received_at_ms`,
    where: [
      sql`q.account IN ${ACCOUNTS}`,
      sql`(${given('connection')}::text IS NULL OR i.connection = ${given('connection')})`,
    ],
  },
};
const LISTINGS = new Map((Object.keys(WAYS) as Way[]).map(way => [way, listing(way, false)] as const));
const LISTINGS_BY_FINGERPRINT = new Map((Object.keys(WAYS) as Way[]).map(way => [way, listing(way, true)] as const));

function inboundWhere(...where: Ranged['where']): Ranged {
  return { from: sql`inbound i`, key: sql`i.account`, id: sql`i.id`, at: sql`i.received_at_ms`, where };
}

function listing(way: Way, byFingerprint: boolean): Statement<InboundFound> {
  const ranged = WAYS[way];
  const where = byFingerprint ? [...ranged.where, sql`i.fingerprint = ${given('fingerprint')}`] : ranged.where;
  const page =
    way === 'received'
      ? sql`${rangeOf({ ...ranged, where })} LIMIT ${LIMIT}`
      : newestFirst(CONNECTIONS, { ...ranged, where });
  return statement(
    sql`SELECT ${LISTED_COLUMNS} JOIN (${page}) p ON i.account = p.account AND i.id = p.id
      ORDER BY i.received_at_ms DESC, i.id DESC`,
  );
}

function wayOf(state: InboundFilter['state']): Way {
  if (state === undefined) return 'every state';
  return state === 'recorded' || state === 'received' ? state : 'other states';
}

/** Kept requests, newest first. */
export function createListInbound(session: Session): Store['listInbound'] {
  return async (scope, { account, connection, state, fingerprint, receivedAfterMs }, page) => {
    const of = (fingerprint === undefined ? LISTINGS : LISTINGS_BY_FINGERPRINT).get(wayOf(state))!;
    const rows = await session.all(of, {
      ...ofConnections(scope, { account, connection }),
      ...windowOf(page, receivedAfterMs),
      state,
      fingerprint,
    });
    return rows.map((row): InboundRow => toFoundRow(row));
  };
}

/** Refused requests may be of a connection that has kept none: the index itself says which there are, a step each. */
const REFUSING = sql`(WITH RECURSIVE c AS (
    (SELECT account, connection FROM rejection ORDER BY account, connection LIMIT 1)
    UNION ALL
    SELECT n.account, n.connection FROM c CROSS JOIN LATERAL (
      SELECT r.account, r.connection FROM rejection r WHERE (r.account, r.connection) > (c.account, c.connection)
      ORDER BY r.account, r.connection LIMIT 1) n)
  SELECT account, connection FROM c
  WHERE (${given('all')}::boolean OR account IN (SELECT json_array_elements_text(${given('accounts')}::json)))
    AND (${given('connection')}::text IS NULL OR connection = ${given('connection')}))`;
const rejections = statement<RejectionStored>(
  sql`SELECT r.id, r.account, r.connection, r.received_at_ms, r.detail FROM rejection r JOIN (${newestFirst(REFUSING, {
    from: sql`rejection r`,
    key: sql`r.account, r.connection`,
    id: sql`r.id`,
    at: sql`r.received_at_ms`,
    where: [sql`r.account = c.account`, sql`r.connection = c.connection`],
  })}) p
    ON r.account = p.account AND r.connection = p.connection AND r.received_at_ms = p.at_ms AND r.id = p.id
  ORDER BY r.received_at_ms DESC, r.id DESC`,
);

export function createListRejections(session: Session) {
  return async (
    scope: Scope,
    { account, connection }: { readonly account?: string; readonly connection?: string },
    page: Page,
  ): Promise<readonly Rejection[]> => {
    const values = { ...scoped(narrowed(scope, account)), connection, ...windowOf(page) };
    return (await session.all(rejections, values)).map(toRejection);
  };
}
