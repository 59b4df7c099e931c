import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { namesEmail } from '../names-email.ts';
import { byDestination, type DeliveryCount } from '../rows/delivery-count.ts';
import { mergedFromOf } from '../rows/return.ts';
import type { Erasure, ErasureSubject, InboundState, Scope, Store } from '../store.ts';
import { emptyLog } from './empty-log.ts';
import { keeperWrite, type Steps } from './keeper-write.ts';
import { createRemoveBytes } from './remove-bytes.ts';
import { createReturnRows, type StoredRow } from './return-rows.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { createUnattributed } from './unattributed.ts';

/** Rows of one transaction; a body has a megabyte at most. */
const STEP = 20;
/** Emptying the log waits for whoever reads it; a backup takes seconds. */
const LOG_TRIES = 8;
const LOG_PAUSE_MS = 250;

type Options = Parameters<Store['eraseShopper']>[3];

/** Bytes go first and the shopper's row last, because that is what a repetition finds the returns by. */
export function createErasure(
  client: Database,
): (scope: Scope, account: string, subject: ErasureSubject, options: Options) => Steps<Erasure | null> {
  const returns = createReturnRows(client);
  const scoped = createScopedConnections(client);
  const bytes = createRemoveBytes(client);
  const unattributedOf = createUnattributed(client);
  const withEmail = prepare<{ ref: number }>(
    client,
    sql`SELECT return_ref AS ref FROM shopper WHERE email_lower = ${given('email')} ORDER BY return_ref`,
  );
  const toldOf = prepare<{ ref: number; has_bytes: number }>(
    client,
    sql`SELECT DISTINCT d.inbound_ref AS ref, i.bytes_erased_at_ms IS NULL AS has_bytes
      FROM derivation d JOIN inbound i ON i.ref = d.inbound_ref WHERE d.return_ref = ${given('ref')}`,
  );
  const returnsOf = prepare<{ ref: number }>(
    client,
    sql`SELECT DISTINCT return_ref AS ref FROM derivation WHERE inbound_ref = ${given('ref')}`,
  );
  const ofDeliveries = sql`delivery_ref IN (SELECT ref FROM delivery WHERE return_ref = ${given('ref')})`;
  const answersOf = prepare<{ answers: number }>(
    client,
    sql`SELECT count(*) AS answers FROM attempt WHERE ${ofDeliveries} AND response_head IS NOT NULL`,
  );
  const dropAnswers = prepare(
    client,
    sql`UPDATE attempt SET response_head = NULL WHERE ${ofDeliveries} AND response_head IS NOT NULL`,
  );
  const dropShopper = prepare(client, sql`DELETE FROM shopper WHERE return_ref = ${given('ref')}`);
  // A recording that read the shopper before must not write it back.
  const raiseVersion = prepare(client, sql`UPDATE "return" SET version = version + 1 WHERE ref = ${given('ref')}`);
  const deliveriesOf = prepare<DeliveryCount>(
    client,
    sql`SELECT t.name AS destination, d.state, l.delivery_ref IS NOT NULL AS leased, count(*) AS deliveries
      FROM delivery d JOIN destination t ON t.ref = d.destination_ref
      LEFT JOIN line l ON l.destination_ref = d.destination_ref AND l.return_ref = d.return_ref AND l.delivery_ref = d.ref
      WHERE d.return_ref = ${given('ref')} GROUP BY 1, 2, 3`,
  );
  const queued = prepare<{ connection_ref: number; rows: number }>(
    client,
    sql`SELECT connection_ref, count(*) AS rows FROM inbound INDEXED BY inbound_queue
      WHERE state = 'received' GROUP BY connection_ref`,
  );

  function find(account: string, subject: ErasureSubject): readonly StoredRow[] {
    const rows =
      'email' in subject
        ? withEmail.all({ email: subject.email.toLowerCase() }).map(({ ref }) => returns.byRef(ref)!)
        : [returns.byId(subject.returnId)].filter(row => row !== undefined);
    return rows.filter(row => row.account === account).map(returns.living);
  }

  /** Deliveries stay with a return that was merged away. */
  function withMerged(row: StoredRow): readonly number[] {
    return [row.ref, ...mergedFromOf(row).map(id => returns.byId(id)!.ref)];
  }

  return function* eraseShopper(scope, account, subject, { dryRun, nowMs }) {
    const connections = inScope(scope, account) ? scoped(scope, { account }) : [];
    const rows = find(account, subject);
    if (connections.length === 0 || ('returnId' in subject && rows.length === 0)) return null;

    const refs = rows.flatMap(withMerged);
    const deliveries = byDestination(refs.flatMap(ref => deliveriesOf.all({ ref })));
    const answers = refs.reduce((count, ref) => count + answersOf.get({ ref })!.answers, 0);
    const told = new Map(rows.flatMap(({ ref }) => toldOf.all({ ref })).map(row => [row.ref, row.has_bytes === 1]));
    const erasable = [...told].filter(([, hasBytes]) => hasBytes).map(([ref]) => ref);
    const own = new Set(rows.map(row => row.ref));
    const shared = erasable.filter(ref => returnsOf.all({ ref }).some(of => !own.has(of.ref))).length;
    let erased = dryRun ? erasable.length : 0;
    for (let from = 0; !dryRun && from < erasable.length; from += STEP) {
      const some = erasable.slice(from, from + STEP);
      erased += yield* keeperWrite(client, () => some.reduce((count, ref) => count + bytes.remove(ref, nowMs), 0));
    }

    const naming: string[] = [];
    const unattributed = new Map<InboundState, number>();
    const isNamed = 'email' in subject ? namesEmail(subject.email) : null;
    for (const { ref: connectionRef } of connections) {
      for (const some of unattributedOf(connectionRef, { bodies: isNamed !== null })) {
        const others = some.filter(({ ref }) => !told.has(ref));
        const named = others.filter(({ body }) => body !== null && isNamed?.(body));
        if (dryRun || named.length === 0) yield 0;
        else yield* keeperWrite(client, () => named.map(({ ref }) => bytes.remove(ref, nowMs)));
        naming.push(...named.map(({ id }) => id));
        for (const { state } of others) unattributed.set(state, (unattributed.get(state) ?? 0) + 1);
        for (const { state } of named) unattributed.set(state, unattributed.get(state)! - 1);
      }
      for (const { connection_ref, rows: count } of queued.all({})) {
        if (connection_ref === connectionRef) unattributed.set('received', (unattributed.get('received') ?? 0) + count);
      }
    }

    for (const { ref } of dryRun ? [] : rows) {
      erased += yield* keeperWrite(client, () => {
        const row = returns.living(returns.byRef(ref)!);
        // What was recorded since the rows were listed goes with them.
        const since = toldOf.all({ ref: row.ref }).reduce((count, each) => count + bytes.remove(each.ref, nowMs), 0);
        for (const each of withMerged(row)) dropAnswers.run({ ref: each });
        dropShopper.run({ ref: row.ref });
        raiseVersion.run({ ref: row.ref });
        return since;
      });
    }
    let filesCleared = !dryRun && emptyLog(client);
    for (let tries = 1; !dryRun && !filesCleared && tries < LOG_TRIES; tries += 1) {
      yield LOG_PAUSE_MS;
      filesCleared = emptyLog(client);
    }

    return {
      returns: rows.map(row => ({ id: row.id, mergedFrom: mergedFromOf(row), hadShopper: row.fields !== null })),
      rows: { erased, goneBefore: told.size - erasable.length, shared },
      naming,
      unattributed: [...unattributed]
        .filter(([, count]) => count > 0)
        .map(([state, count]) => ({ state, rows: count })),
      answers,
      deliveries,
      filesCleared,
    };
  };
}
