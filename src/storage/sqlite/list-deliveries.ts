import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { STORED_STATE } from '../rows/delivery.ts';
import type { DeliveryFilter, DeliveryRow, Page, Scope } from '../store.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import { newestFirst, type Timed, type Window } from './newest-first.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

interface Source {
  readonly ref: number;
  readonly account: string;
  readonly name: string;
  readonly state: string;
}

/** Deliveries, newest first. */
export function createListDeliveries(client: Database, rows: DeliveryRows) {
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM delivery WHERE id = ${given('id')}`);
  const destinations = prepare<Source>(client, sql`SELECT ref, account, name, state FROM destination ORDER BY ref`);

  const inWindow = sql`destination_ref = ${given('destination_ref')}
    AND (created_at_ms, ref) < (${given('at')}, ${given('ref')}) AND created_at_ms >= ${given('floor')}`;
  const newest = sql`ORDER BY created_at_ms DESC, ref DESC LIMIT ${given('limit')}`;
  const columns = sql`SELECT ref, created_at_ms AS at_ms FROM delivery d`;
  const all = prepare<Timed>(client, sql`${columns} WHERE ${inWindow} ${newest}`);
  const delivered = prepare<Timed>(client, sql`${columns} WHERE ${inWindow} AND state = 1 ${newest}`);
  const unsent = prepare<Timed>(
    client,
    sql`${columns} WHERE ${inWindow} AND state = ${given('state')} AND state <> 1
      AND (${given('leased')} IS NULL OR ${given('leased')} = EXISTS (
        SELECT 1 FROM line WHERE destination_ref = d.destination_ref AND return_ref = d.return_ref AND delivery_ref = d.ref))
      ${newest}`,
  );
  const ofReturn = prepare<Timed>(
    client,
    sql`${columns} WHERE return_ref = (SELECT ref FROM "return" WHERE id = ${given('return_id')}) AND ${inWindow} ${newest}`,
  );

  return (scope: Scope, filter: DeliveryFilter, page: Page): readonly DeliveryRow[] => {
    const { state, returnId } = filter;
    const sources = destinations
      .all({})
      .filter(
        source =>
          inScope(scope, source.account) &&
          (filter.account === undefined || source.account === filter.account) &&
          (filter.destination === undefined || source.name === filter.destination) &&
          (state !== 'held' || source.state !== 'active') &&
          (state !== 'pending' || source.state === 'active'),
      );
    const refs = newestFirst(sources, read, page, { refOf: id => refOf.get({ id })?.ref });
    return refs.map(ref => rows.toRow(rows.byRef(ref)!));

    function read(source: Source, { atMs, ref, floorMs, limit }: Window): readonly Timed[] {
      const values = { destination_ref: source.ref, at: atMs, ref, floor: floorMs, limit };
      if (returnId !== undefined) return ofReturn.all({ ...values, return_id: returnId, limit: ALL }).filter(hasState);
      if (state === undefined) return all.all(values);
      if (state === 'delivered') return delivered.all(values);
      const leased = state === 'delivering' ? 1 : state === 'pending' || state === 'held' ? 0 : null;
      return unsent.all({ ...values, state: STORED_STATE[state], leased });
    }

    function hasState({ ref }: Timed): boolean {
      return state === undefined || rows.toRow(rows.byRef(ref)!).state === state;
    }
  };
}

/** A return has some dozen deliveries. */
const ALL = -1;

/** The deliveries of given events, for a replay preview; also those that stayed with a return merged away. */
export function createDeliveriesOf(client: Database, rows: DeliveryRows) {
  const ofEvent = prepare<{ ref: number }>(
    client,
    sql`SELECT d.ref FROM event e JOIN "return" r ON r.ref = e.return_ref
      JOIN delivery d ON d.position = e.position AND d.return_ref IN (
        SELECT r.ref UNION ALL SELECT merged.ref FROM json_each(r.merged_from) j JOIN "return" merged ON merged.id = j.value)
      WHERE e.event_id = ${given('event_id')} ORDER BY d.ref`,
  );
  return (scope: Scope, eventIds: readonly string[]): readonly DeliveryRow[] =>
    [...new Set(eventIds)]
      .flatMap(eventId => ofEvent.all({ event_id: eventId }))
      .map(({ ref }) => rows.byRef(ref)!)
      .filter(row => inScope(scope, row.account))
      .map(rows.toRow);
}
