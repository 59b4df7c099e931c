import type { Database } from 'better-sqlite3';
import { bytesCutoffMs } from '../retention-age.ts';
import type { RetentionCounts, RetentionCutoffs } from '../store.ts';
import { createRemoveBytes } from './remove-bytes.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/**
 * What retention walks: four tables in key order, which is nearly the order of time, so that what is old stands in front
 * and no index over ages is needed (one would cost every request a write).
 */
export interface Aged {
  readonly kind: keyof RetentionCounts;
  /** The next rows after a key, in order; an empty key begins. */
  page(after: readonly number[], limit: number): readonly AgedRow[];
  isDue(row: AgedRow, cutoffs: RetentionCutoffs): boolean;
  /** Nothing of this row, nor of one made later, is due. */
  isYoung(row: AgedRow, cutoffs: RetentionCutoffs): boolean;
  /** Within a transaction; looks again, because the writer may have come in between. Answers how many went. */
  remove(row: AgedRow, cutoffs: RetentionCutoffs, nowMs: number): number;
}

export interface AgedRow {
  readonly key: readonly number[];
  /** When the row was made. */
  readonly madeAtMs: number;
  /** What its age counts from. */
  readonly atMs: number;
  readonly state: string;
  readonly trust: string;
}

interface Row {
  readonly ref: number;
  readonly number: number;
  readonly made_at_ms: number;
  readonly at_ms: number;
  readonly state: string;
  readonly trust: string;
}

/** A delivery that may still be sent needs its message; after a merge it stays with the return that was merged away. */
const PENDING_OF_EVENT = sql`EXISTS (SELECT 1 FROM delivery d WHERE d.position = e.position AND d.state = 0 AND d.return_ref IN (
  SELECT e.return_ref UNION ALL
  SELECT m.ref FROM "return" r, json_each(r.merged_from) j, "return" m WHERE r.ref = e.return_ref AND m.id = j.value))`;

export function createAged(client: Database): readonly Aged[] {
  const bytes = createRemoveBytes(client);
  const bodies = prepare<Row>(
    client,
    sql`SELECT b.inbound_ref AS ref, 0 AS number, i.received_at_ms AS made_at_ms, i.received_at_ms AS at_ms, i.state, i.trust
      FROM inbound_body b JOIN inbound i ON i.ref = b.inbound_ref
      WHERE b.inbound_ref > ${given('ref')} ORDER BY b.inbound_ref LIMIT ${given('limit')}`,
  );
  const bodyNow = prepare<Pick<Row, 'state' | 'trust'>>(
    client,
    sql`SELECT state, trust FROM inbound WHERE ref = ${given('ref')}`,
  );
  const messages = prepare<Row>(
    client,
    sql`SELECT b.position AS ref, 0 AS number, e.recorded_at_ms AS made_at_ms, e.recorded_at_ms AS at_ms, '' AS trust,
        CASE WHEN ${PENDING_OF_EVENT} THEN 'pending' ELSE '' END AS state
      FROM event_body b JOIN event e ON e.position = b.position
      WHERE b.position > ${given('ref')} ORDER BY b.position LIMIT ${given('limit')}`,
  );
  const dropMessage = prepare(
    client,
    sql`DELETE FROM event_body WHERE position = ${given('ref')}
      AND NOT (SELECT ${PENDING_OF_EVENT} FROM event e WHERE e.position = ${given('ref')})`,
  );
  const attempts = prepare<Row>(
    client,
    sql`SELECT a.delivery_ref AS ref, a.number, d.created_at_ms AS made_at_ms, a.started_at_ms AS at_ms, '' AS trust,
        CASE WHEN d.state = 0 THEN 'pending' ELSE '' END AS state
      FROM attempt a JOIN delivery d ON d.ref = a.delivery_ref
      WHERE (a.delivery_ref, a.number) > (${given('ref')}, ${given('number')})
      ORDER BY a.delivery_ref, a.number LIMIT ${given('limit')}`,
  );
  const dropAttempt = prepare(
    client,
    sql`DELETE FROM attempt WHERE delivery_ref = ${given('ref')} AND number = ${given('number')}
      AND (SELECT state FROM delivery WHERE ref = ${given('ref')}) <> 0`,
  );
  const shoppers = prepare<Row>(
    client,
    sql`SELECT s.return_ref AS ref, 0 AS number, r.created_at_ms AS made_at_ms, r.updated_at_ms AS at_ms, '' AS state, '' AS trust
      FROM shopper s JOIN "return" r ON r.ref = s.return_ref
      WHERE s.return_ref > ${given('ref')} ORDER BY s.return_ref LIMIT ${given('limit')}`,
  );
  const dropShopper = prepare(
    client,
    sql`DELETE FROM shopper WHERE return_ref = ${given('ref')}
      AND (SELECT updated_at_ms FROM "return" WHERE ref = ${given('ref')}) < ${given('cutoff')}`,
  );

  const paged =
    (statement: typeof bodies): Aged['page'] =>
    ([ref = 0, number = 0], limit) =>
      statement.all({ ref, number, limit }).map(toAgedRow);
  const old = (row: AgedRow, cutoffMs: number) => row.atMs < cutoffMs && row.state !== 'pending';

  return [
    {
      kind: 'bodies',
      page: paged(bodies),
      isDue: (row, cutoffs) => row.atMs < (bytesCutoffMs(row, cutoffs) ?? Number.NEGATIVE_INFINITY),
      isYoung: (row, { bodiesMs }) => row.madeAtMs >= bodiesMs,
      remove({ key: [ref], atMs }, cutoffs, nowMs) {
        const cutoffMs = bytesCutoffMs(bodyNow.get({ ref })!, cutoffs);
        return cutoffMs !== null && atMs < cutoffMs ? bytes.remove(ref!, nowMs) : 0;
      },
    },
    {
      kind: 'messages',
      page: paged(messages),
      isDue: (row, { attemptsMs }) => old(row, attemptsMs),
      isYoung: (row, { attemptsMs }) => row.madeAtMs >= attemptsMs,
      remove: ({ key: [ref] }) => dropMessage.run({ ref }).changes,
    },
    {
      kind: 'attempts',
      page: paged(attempts),
      isDue: (row, { attemptsMs }) => old(row, attemptsMs),
      isYoung: (row, { attemptsMs }) => row.madeAtMs >= attemptsMs,
      remove: ({ key: [ref, number] }) => dropAttempt.run({ ref, number }).changes,
    },
    {
      kind: 'shoppers',
      page: paged(shoppers),
      isDue: (row, { shoppersMs }) => old(row, shoppersMs),
      isYoung: (row, { shoppersMs }) => row.madeAtMs >= shoppersMs,
      remove: ({ key: [ref] }, { shoppersMs }) => dropShopper.run({ ref, cutoff: shoppersMs }).changes,
    },
  ];
}

function toAgedRow({ ref, number, made_at_ms, at_ms, state, trust }: Row): AgedRow {
  return { key: [ref, number], madeAtMs: made_at_ms, atMs: at_ms, state, trust };
}
