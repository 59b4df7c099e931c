import type { Database } from 'better-sqlite3';
import { type FindingStored, toFinding } from '../rows/finding.ts';
import type { Finding, FindingFilter, Page, Scope } from '../store.ts';
import type { KnownConnection } from './connections.ts';
import { newestFirst, type Timed, type Window } from './newest-first.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Findings, last seen first. */
export function createListFindings(client: Database) {
  const scoped = createScopedConnections(client);
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM finding WHERE id = ${given('id')}`);
  const byRef = prepare<FindingStored>(client, sql`SELECT * FROM finding WHERE ref = ${given('ref')}`);
  const listing = (state: FindingFilter['state'], byKind: boolean) => {
    // A partial index is used only where the statement says what it says.
    const closed = { open: [sql`closed_at_ms IS NULL`], closed: [sql`closed_at_ms IS NOT NULL`] };
    const conditions = [
      sql`account = ${given('account')} AND connection = ${given('connection')}`,
      sql`(last_seen_at_ms, ref) < (${given('at')}, ${given('ref')}) AND last_seen_at_ms >= ${given('floor')}`,
      ...(state === undefined ? [] : closed[state]),
      ...(byKind ? [sql`kind = ${given('kind')}`] : []),
    ];
    return prepare<Timed>(
      client,
      sql`SELECT ref, last_seen_at_ms AS at_ms FROM finding
        WHERE ${sql.join(conditions, sql` AND `)} ORDER BY last_seen_at_ms DESC, ref DESC LIMIT ${given('limit')}`,
    );
  };
  const states = [undefined, 'open', 'closed'] as const;
  const listings = new Map(states.map(state => [state, listing(state, false)] as const));
  const listingsByKind = new Map(states.map(state => [state, listing(state, true)] as const));

  return (scope: Scope, filter: FindingFilter, page: Page): readonly Finding[] => {
    const { account, connection, kind, state, seenAfterMs } = filter;
    const of = (kind === undefined ? listings : listingsByKind).get(state)!;
    // One that changed its adapter is there once for each.
    const known = scoped(scope, { account, connection });
    const sources = new Map(known.map(each => [`${each.account} ${each.name}`, each] as const)).values();
    const read = (source: KnownConnection, { atMs, ref, floorMs, limit }: Window) =>
      of.all({ account: source.account, connection: source.name, kind, at: atMs, ref, floor: floorMs, limit });
    const refs = newestFirst(sources, read, page, { refOf: id => refOf.get({ id })?.ref, afterMs: seenAfterMs });
    return refs.map(ref => toFinding(byRef.get({ ref })!));
  };
}
