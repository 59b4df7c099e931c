import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { type RejectionStored, toRejection } from '../rows/rejection.ts';
import type { InboundFilter, InboundRow, Page, Rejection, Scope } from '../store.ts';
import type { InboundRows } from './inbound-rows.ts';
import { newestFirst, type Timed, type Window } from './newest-first.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare, type Statement, type Value } from './statement.ts';

type Named = Readonly<Record<string, Value>>;

/** Kept requests, newest first. */
export function createListInbound(client: Database, rows: InboundRows) {
  const scoped = createScopedConnections(client);
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM inbound WHERE id = ${given('id')}`);
  const statements = new Map<string, Statement<Timed, Named>>();

  function listing(state: string | undefined, byFingerprint: boolean): Statement<Timed, Named> {
    const key = `${state} ${byFingerprint}`;
    let statement = statements.get(key);
    if (statement === undefined) {
      const conditions = [
        sql`i.connection_ref = ${given('connection_ref')}`,
        sql`(i.received_at_ms, i.ref) < (${given('at')}, ${given('ref')}) AND i.received_at_ms >= ${given('floor')}`,
      ];
      if (byFingerprint) conditions.push(sql`i.fingerprint = ${given('fingerprint')}`);
      // Partial indexes are used only where the statement says what they say; a bound state says nothing.
      if (state !== undefined) conditions.push(sql`i.state = ${sql.raw(`'${state}'`)}`);
      if (state !== undefined && state !== 'received' && state !== 'recorded' && !byFingerprint) {
        conditions.push(sql`i.state NOT IN ('received', 'recorded')`);
      }
      statement = prepare<Timed>(
        client,
        sql`SELECT i.ref, i.received_at_ms AS at_ms FROM inbound i
          WHERE ${sql.join(conditions, sql` AND `)} ORDER BY i.received_at_ms DESC, i.ref DESC LIMIT ${given('limit')}`,
      );
      statements.set(key, statement);
    }
    return statement;
  }

  return (scope: Scope, filter: InboundFilter, page: Page): readonly InboundRow[] => {
    const { account, connection, state, fingerprint, receivedAfterMs } = filter;
    const connections = scoped(scope, { account, connection }).map(known => known.ref);
    const statement = listing(state, fingerprint !== undefined);
    const read = (connectionRef: number, { atMs, ref, floorMs, limit }: Window) =>
      statement.all({ fingerprint, connection_ref: connectionRef, at: atMs, ref, floor: floorMs, limit });
    const refs = newestFirst(connections, read, page, {
      refOf: id => refOf.get({ id })?.ref,
      afterMs: receivedAfterMs,
    });
    return refs.map(ref => ({ ...rows.toRow(rows.withoutBody(ref)!), body: null }));
  };
}

/** Refused requests; there are at most some thousand per connection. */
export function createListRejections(client: Database) {
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM rejection WHERE id = ${given('id')}`);
  const byConnection = prepare<{ account: string; connection: string }>(
    client,
    sql`SELECT DISTINCT account, connection FROM rejection`,
  );
  const listing = prepare<Timed>(
    client,
    sql`SELECT ref, received_at_ms AS at_ms FROM rejection
      WHERE account = ${given('account')} AND connection = ${given('connection')}
        AND (received_at_ms, ref) < (${given('at')}, ${given('ref')}) AND received_at_ms >= ${given('floor')}
      ORDER BY received_at_ms DESC, ref DESC LIMIT ${given('limit')}`,
  );
  const byRef = prepare<RejectionStored>(
    client,
    sql`SELECT id, account, connection, received_at_ms, detail FROM rejection WHERE ref = ${given('ref')}`,
  );

  return (
    scope: Scope,
    filter: { readonly account?: string; readonly connection?: string },
    page: Page,
  ): readonly Rejection[] => {
    const sources = byConnection
      .all({})
      .filter(
        ({ account, connection }) =>
          inScope(scope, account) &&
          (filter.account === undefined || account === filter.account) &&
          (filter.connection === undefined || connection === filter.connection),
      );
    const read = (source: { account: string; connection: string }, { atMs, ref, floorMs, limit }: Window) =>
      listing.all({ ...source, at: atMs, ref, floor: floorMs, limit });
    const refs = newestFirst(sources, read, page, { refOf: id => refOf.get({ id })?.ref });
    return refs.map(ref => toRejection(byRef.get({ ref })!));
  };
}
