import type { InboundState } from '../store.ts';
import { UNATTRIBUTED_STATES } from '../unattributed-states.ts';
import type { Session } from './database.ts';
import { DAY_MS, type Partitions } from './partitions.ts';
import type { InboundKey } from './remove-bytes.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/** Rows looked at in one go; a body has a megabyte at most, and comes as two. */
const STEP = 500;
const STEP_WITH_BODIES = 20;

export interface UnattributedRow extends InboundKey {
  readonly state: InboundState;
  /** `null` where it was not asked for. */
  readonly body: Buffer | null;
}

interface Row extends InboundKey {
  readonly has_bytes: boolean;
  readonly body: Buffer | null;
}

const connectionsOf = statement<{ name: string }>(
  sql`SELECT DISTINCT name FROM connection WHERE account = ${given('account')} ORDER BY name`,
);
/** The partial index is used only where the statement says what it says. */
const page = statement<Row>(
  sql`SELECT i.account, i.id, i.received_at_ms, b.inbound_id IS NOT NULL AS has_bytes,
      CASE WHEN ${given('bodies')}::boolean THEN b.body END AS body
    FROM inbound i
    LEFT JOIN inbound_body b ON b.account = i.account AND b.inbound_id = i.id AND b.received_at_ms = i.received_at_ms
    WHERE i.account = ${given('account')} AND i.connection = ${given('connection')} AND i.state = ${given('state')}
      AND i.state NOT IN ('received', 'recorded')
      AND (i.received_at_ms, i.id) > (${given('after_ms')}::bigint, ${given('after_id')})
    ORDER BY i.received_at_ms, i.id LIMIT ${given('limit')}::bigint`,
);

/** Rows of an account that have bytes and were not recorded, by connection and state, oldest first, some at a time. */
export async function* unattributed(
  session: Session,
  partitions: Partitions,
  account: string,
  { bodies }: { readonly bodies: boolean },
): AsyncGenerator<readonly UnattributedRow[], void> {
  const days = (await partitions.list()).filter(({ table }) => table === 'inbound_body');
  if (days.length === 0) return;
  const oldestMs = Math.min(...days.map(({ endMs }) => endMs - DAY_MS)); // no row before has bytes
  const limit = bodies ? STEP_WITH_BODIES : STEP;
  for (const { name } of await session.all(connectionsOf, { account })) {
    for (const state of UNATTRIBUTED_STATES) {
      let after = { after_ms: oldestMs - 1, after_id: '' };
      for (;;) {
        const rows = await session.all(page, { account, connection: name, state, bodies, limit, ...after });
        yield rows.filter(row => row.has_bytes).map(({ has_bytes, ...row }) => ({ ...row, state }));
        const last = rows.at(-1);
        if (last === undefined || rows.length < limit) break;
        after = { after_ms: last.received_at_ms, after_id: last.id };
      }
    }
  }
}
