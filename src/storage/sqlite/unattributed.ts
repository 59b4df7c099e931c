import type { Database } from 'better-sqlite3';
import type { InboundState } from '../store.ts';
import { UNATTRIBUTED_STATES } from '../unattributed-states.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Rows looked at in one go. */
const STEP = 100;
/** Rows are numbered nearly in the order of receipt. */
const SLACK_MS = 24 * 60 * 60 * 1000;

export interface UnattributedRow {
  readonly ref: number;
  readonly id: string;
  readonly state: InboundState;
  /** `null` where it was not asked for. */
  readonly body: Buffer | null;
}

interface Row {
  readonly ref: number;
  readonly id: string;
  readonly received_at_ms: number;
  readonly has_bytes: number;
  readonly body: Buffer | null;
}

/** Rows of a connection that have bytes and were not recorded, by state, oldest first, some at a time. */
export function createUnattributed(client: Database) {
  const oldest = prepare<{ received_at_ms: number }>(
    client,
    sql`SELECT received_at_ms FROM inbound WHERE ref = (SELECT min(inbound_ref) FROM inbound_body)`,
  );
  // States are spelled out: a partial index is used only where the statement says what the index says.
  const ofState = UNATTRIBUTED_STATES.map(state => ({
    state,
    page: prepare<Row>(
      client,
      sql`SELECT i.ref, i.id, i.received_at_ms, b.inbound_ref IS NOT NULL AS has_bytes,
          CASE WHEN ${given('bodies')} THEN b.body END AS body
        FROM inbound i LEFT JOIN inbound_body b ON b.inbound_ref = i.ref
        WHERE i.connection_ref = ${given('connection_ref')} AND i.state = ${sql.raw(`'${state}'`)}
          AND i.state NOT IN ('received', 'recorded')
          AND (i.received_at_ms, i.ref) > (${given('received_at_ms')}, ${given('ref')})
        ORDER BY i.received_at_ms, i.ref LIMIT ${sql.raw(String(STEP))}`,
    ),
  }));

  return function* unattributed(
    connectionRef: number,
    { bodies }: { readonly bodies: boolean },
  ): Generator<readonly UnattributedRow[], void> {
    const floorMs = (oldest.get({})?.received_at_ms ?? 0) - SLACK_MS;
    for (const { state, page } of ofState) {
      let after = { received_at_ms: floorMs, ref: 0 };
      for (;;) {
        const rows = page.all({ ...after, connection_ref: connectionRef, bodies: bodies ? 1 : 0 });
        yield rows.filter(row => row.has_bytes === 1).map(({ ref, id, body }) => ({ ref, id, state, body }));
        const last = rows.at(-1);
        if (last === undefined || rows.length < STEP) break;
        after = last;
      }
    }
  };
}
