import { unpackText } from '../pack.ts';
import { type AttemptStored, type DeliveryStored, toAttempt, toDeliveryRow } from '../rows/delivery.ts';
import type { Attempt, DeliveryRow, Scope } from '../store.ts';
import { NO_ATTEMPT_BEFORE } from './attempts.ts';
import type { Session } from './database.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

export interface DeliveryRead extends DeliveryStored {
  readonly is_being_sent: boolean;
  /** JSON. */
  readonly last_attempt: string | null;
}

/** `SELECT ${DELIVERY_COLUMNS} … WHERE`: from delivery d and what stands beside it. */
export const DELIVERY_COLUMNS = sql`d.id, d.account, d.destination, t.state AS destination_state, d.return_id, e.event_id,
    e.type, e.revision, d.position, d.sequence, d.webhook_id, d.state, d.tries, d.created_at_ms, d.at_ms, d.arrived_at_ms,
    coalesce(l.delivery_id = d.id, false) AS is_being_sent, row_to_json(a) AS last_attempt
  FROM delivery d
  JOIN destination t ON t.account = d.account AND t.name = d.destination
  JOIN event e ON e.account = d.account AND e.position = d.position
  LEFT JOIN line l ON l.account = d.account AND l.destination = d.destination AND l.return_id = d.return_id
  LEFT JOIN LATERAL (
    SELECT * FROM attempt WHERE account = d.account AND delivery_id = d.id AND started_at_ms >= ${NO_ATTEMPT_BEFORE}
    ORDER BY number DESC LIMIT 1) a ON true`;

const byId = statement<DeliveryRead>(
  sql`SELECT ${DELIVERY_COLUMNS} WHERE d.account IN ${ACCOUNTS} AND d.id = ${given('id')}`,
);
const attempts = statement<AttemptStored>(
  sql`SELECT a.* FROM delivery d JOIN attempt a ON a.account = d.account AND a.delivery_id = d.id
      AND a.started_at_ms >= ${NO_ATTEMPT_BEFORE}
    WHERE d.account = ${given('account')} AND d.id = ${given('id')} ORDER BY a.number`,
);
const OF_DELIVERY = sql`FROM event_body WHERE account = ${given('account')} AND position = ${given('position')}
  AND recorded_at_ms = ${given('recorded_at_ms')}`;
const body = statement<{ body: Buffer }>(sql`SELECT body ${OF_DELIVERY}`);
const hold = statement<{ there: boolean }>(sql`SELECT true AS there ${OF_DELIVERY} FOR KEY SHARE`);

export async function findDelivery(session: Session, scope: Scope, id: string): Promise<DeliveryRead | null> {
  return (await session.get(byId, { ...scoped(scope), id })) ?? null;
}

/** Oldest first. */
export async function attemptsOf(
  session: Session,
  { account, id }: Pick<DeliveryRead, 'account' | 'id'>,
): Promise<readonly Attempt[]> {
  return (await session.all(attempts, { account, id })).map(toAttempt);
}

/** The outgoing JSON; `null` once dropped. */
export async function bodyOf(
  session: Session,
  row: Pick<DeliveryRead, 'account' | 'position' | 'created_at_ms'>,
): Promise<string | null> {
  const { account, position, created_at_ms: recorded_at_ms } = row;
  const stored = await session.get(body, { account, position, recorded_at_ms });
  return stored === undefined ? null : unpackText(stored.body);
}

/** Whether the outgoing JSON is still kept; retention leaves it alone until the transaction ends. */
export async function holdBody(
  tx: Session,
  { account, position, created_at_ms: recorded_at_ms }: Pick<DeliveryRead, 'account' | 'position' | 'created_at_ms'>,
): Promise<boolean> {
  return (await tx.get(hold, { account, position, recorded_at_ms })) !== undefined;
}

export function readDelivery(row: DeliveryRead): DeliveryRow {
  return toDeliveryRow(row, row.is_being_sent, row.last_attempt === null ? null : JSON.parse(row.last_attempt));
}
