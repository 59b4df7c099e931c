import { IN_ORDER, PENDING } from '../delivery-state.ts';
import { NOT_CONFIGURED } from '../not-configured.ts';
import { packText } from '../pack.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import type { NewEvent } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';
import type { Session } from './database.ts';
import type { Accepted } from './judge-groups.ts';
import { keyOf, type RecordState } from './record-state.ts';
import { delivery, destination, event, eventBody, line } from './schema.ts';
import { sql } from './sql.ts';
import { bytesToJson, given, insertInto, type NewRow, statement } from './statement.ts';

const takePositions = statement<{ position: number }>(
  sql`SELECT nextval('event_position') AS position FROM generate_series(1, ${given('count')}::integer)`,
);
const insertEvents = insertInto(event);
const insertBodies = insertInto(eventBody);
const insertDeliveries = insertInto(delivery);
/** Takes no lock on a row that is there. Nothing is lost where the configuration changes meanwhile; nothing is sent either. */
const insertUnknown = insertInto(destination, sql`ON CONFLICT DO NOTHING`);
const dueNow = insertInto(
  line,
  sql`ON CONFLICT (account, destination, return_id) DO UPDATE SET due_at_ms = excluded.due_at_ms
    WHERE t.lease_owner IS NULL AND t.due_at_ms > excluded.due_at_ms`,
);

interface Written {
  readonly account: string;
  readonly returnId: string;
  readonly connection: string;
  readonly provider: string;
  readonly event: NewEvent;
}

/** Writes events with their bodies and deliveries, and makes their lines due. What it answers is to be done once all is committed. */
export async function writeEvents(
  tx: Session,
  accepted: readonly Accepted[],
  state: RecordState,
  bodies: RecentBodies<string>,
): Promise<() => void> {
  const written = accepted.flatMap(({ group }) => group.returns.flatMap(write => eventsOf(write, state)));
  if (written.length === 0) return () => undefined;
  const positions = (await tx.all(takePositions, { count: written.length })).map(({ position }) => position);
  const { nowMs } = state;
  await tx.run(insertEvents, { rows: written.map((each, index) => toEvent(each, positions[index]!, nowMs)) });

  const withBody = written.flatMap(({ account, event: { body } }, index) =>
    body === null ? [] : [{ account, position: positions[index]!, body }],
  );
  if (withBody.length > 0) {
    const rows = withBody.map(({ account, position, body }) => ({
      account,
      position,
      recorded_at_ms: nowMs,
      body: bytesToJson(packText(body)),
    }));
    await tx.run(insertBodies, { rows });
  }
  const deliveries = written.flatMap((each, index) => toDeliveries(each, positions[index]!, nowMs));
  if (deliveries.length > 0) {
    await tx.run(insertUnknown, { rows: unknownDestinations(deliveries) });
    await tx.run(insertDeliveries, { rows: deliveries });
    const lines = new Map(
      deliveries.map(({ account, destination: name, return_id }) => [
        `${account} ${name} ${return_id}`,
        { account, destination: name, return_id, due_at_ms: nowMs, trial: false, unordered: false },
      ]),
    );
    await tx.run(dueNow, { rows: [...lines.keys()].sort().map(key => lines.get(key)!) });
  }
  return () => {
    for (const { position, body } of withBody) bodies.add(bodyKey(position, nowMs), body);
  };
}

/** A server that takes over with commits lost gives positions once more, to other events: their instant tells them apart. */
export function bodyKey(position: number, recordedAtMs: number): string {
  return `${position} ${recordedAtMs}`;
}

/** Destinations that these deliveries go to and nobody has configured; each time anew, as `writeConnections` says. */
function unknownDestinations(deliveries: readonly DeliveryRow[]): readonly NewRow<typeof destination>[] {
  const names = new Map(
    deliveries.map(({ account, destination: name }) => [`${account} ${name}`, { account, name }] as const),
  );
  const closed = { breaker: 'closed', failures_in_row: 0, tried_since_ms: 0 };
  return [...names.keys()]
    .sort()
    .map(key => ({ ...names.get(key)!, state: 'disabled', reason: NOT_CONFIGURED, ...closed }));
}

/** The farewell of a return that was absorbed ends its own line. */
function eventsOf(write: Accepted['group']['returns'][number], state: RecordState): readonly Written[] {
  const { account, connection, provider } = write;
  const farewells = write.absorbs.map(({ id, farewell }) => {
    const younger = state.returns.get(keyOf({ account, id }))!;
    return { account, returnId: id, connection: younger.connection, provider: younger.provider, event: farewell };
  });
  const before = state.returns.get(keyOf(write));
  const own = { account, returnId: write.id, connection, provider: before?.provider ?? provider };
  return [...farewells, ...write.events.map(each => ({ ...own, event: each }))];
}

function toEvent({ event: of, ...by }: Written, position: number, nowMs: number): NewRow<typeof event> {
  return {
    account: by.account,
    position,
    return_id: by.returnId,
    connection: by.connection,
    provider: by.provider,
    sequence: of.sequence,
    event_id: of.eventId,
    revision: of.revision,
    type: of.type,
    withdrawn: of.withdrawn,
    late: of.late,
    occurred_at_ms: of.occurredAt === null ? null : Date.parse(of.occurredAt),
    received_at_ms: Date.parse(of.receivedAt),
    effective_at_ms: Date.parse(of.effectiveAt),
    recorded_at_ms: nowMs,
    replay_of: of.replayOf,
    content: { change: of.change, provenance: of.provenance },
  };
}

interface DeliveryRow extends NewRow<typeof delivery> {
  readonly account: string;
  readonly destination: string;
  readonly return_id: string;
}

function toDeliveries(
  { account, returnId, event: { eventId, revision, sequence, deliveries } }: Written,
  position: number,
  nowMs: number,
): readonly DeliveryRow[] {
  return deliveries.map(({ id, destination: name, webhookId }) => ({
    account,
    id,
    destination: name,
    return_id: returnId,
    position,
    sequence,
    state: PENDING,
    tries: 0,
    created_at_ms: nowMs,
    at_ms: nowMs,
    passes: IN_ORDER,
    webhook_id: webhookId === ownWebhookId(eventId, revision) ? null : webhookId,
  }));
}
