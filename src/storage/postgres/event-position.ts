import { sql } from './sql.ts';
import { statement } from './statement.ts';
export const takeEventLock = statement<{ now_ms: number }>(
  sql`SELECT retour_now_ms() AS now_ms, pg_advisory_xact_lock_shared((21093::bigint << 48) | (SELECT last_value FROM event_position))::text AS taken`,
);
