import { TRIAL_EVERY_MS } from '../breaker.ts';
import { CANCELLED, DELIVERED, IN_ORDER } from '../delivery-state.ts';
import { interruptedAttempt } from '../interrupted-attempt.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import type { ClaimedDelivery, LineClaim, Store } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';
import { createAddAttempt } from './attempts.ts';
import { createNextOfLine, type LineRow } from './line.ts';
import type { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

type DestinationRow = typeof destination.$inferSelect;

interface SendableRow {
  readonly id: string;
  readonly return_id: string;
  readonly event_id: string;
  readonly revision: number;
  readonly sequence: number;
  readonly webhook_id: string | null;
  readonly position: number;
  readonly body: Buffer | null;
  readonly tries: number;
  readonly created_at_ms: number;
  readonly requested_by: string | null;
}

/**
 * The queue: lines (destination, return), their due times and leases. One connection writes, so a claim is an
 * immediate transaction and two workers cannot meet; a line whose worker died is due again when its lease ends.
 */
export function createClaim(
  writer: Writer,
  bodies: RecentBodies<number>,
): Pick<Store, 'dueDestinations' | 'claimLines'> {
  const { client } = writer;
  const nextOf = createNextOfLine(client);
  const active = prepare<{
    account: string;
    name: string;
    breaker: string;
    trial_at_ms: number | null;
    first: number | null;
    later: number | null;
  }>(
    client,
    sql`SELECT account, name, breaker, trial_at_ms,
        (SELECT due_at_ms FROM line WHERE destination_ref = d.ref ORDER BY due_at_ms LIMIT 1) AS first,
        (SELECT due_at_ms FROM line WHERE destination_ref = d.ref AND due_at_ms > ${given('now')}
          ORDER BY due_at_ms LIMIT 1) AS later
      FROM destination d WHERE state = 'active'`,
  );
  const findDestination = prepare<DestinationRow & { ref: number }>(
    client,
    sql`SELECT * FROM destination WHERE account = ${given('account')} AND name = ${given('name')}`,
  );
  const beginTrial = prepare(
    client,
    sql`UPDATE destination SET breaker = 'half_open', trial_at_ms = ${given('at')} WHERE ref = ${given('ref')}`,
  );
  const dueLines = prepare<LineRow>(
    client,
    sql`SELECT * FROM line WHERE destination_ref = ${given('destination_ref')} AND due_at_ms <= ${given('now')}
      ORDER BY due_at_ms LIMIT ${given('limit')}`,
  );
  const lease = prepare(
    client,
    sql`UPDATE line SET due_at_ms = ${given('until')}, lease_owner = ${given('owner')}, leased_at_ms = ${given('now')},
        delivery_ref = ${given('delivery_ref')}, trial = ${given('trial')}, unordered = ${given('unordered')}
      WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')}`,
  );
  const wait = prepare(
    client,
    sql`UPDATE line SET due_at_ms = ${given('due')}, lease_owner = NULL, leased_at_ms = NULL, delivery_ref = NULL, trial = 0
      WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')}`,
  );
  const dropLine = prepare(
    client,
    sql`DELETE FROM line WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')}`,
  );
  const countTry = prepare(
    client,
    sql`UPDATE delivery SET tries = tries + ${given('counted')} WHERE ref = ${given('ref')}`,
  );
  const sendable = prepare<SendableRow>(
    client,
    sql`SELECT d.id, r.id AS return_id, e.event_id, e.revision, d.sequence, d.webhook_id, d.position, b.body, d.tries, d.created_at_ms,
        d.requested_by
      FROM delivery d JOIN event e ON e.position = d.position JOIN "return" r ON r.ref = d.return_ref
      LEFT JOIN event_body b ON b.position = d.position WHERE d.ref = ${given('ref')}`,
  );
  const cancel = prepare(
    client,
    sql`UPDATE delivery SET state = iif(arrived_at_ms IS NULL, ${CANCELLED}, ${DELIVERED}),
      at_ms = coalesce(arrived_at_ms, ${given('now')}), arrived_at_ms = NULL, passes = ${IN_ORDER}, requested_by = NULL
      WHERE ref = ${given('ref')}`,
  );
  const addAttempt = createAddAttempt(client);

  function claimDestination(claim: LineClaim, of: LineClaim['destinations'][number], claimed: ClaimedDelivery[]): void {
    const row = findDestination.get({ account: of.account, name: of.name });
    if (row === undefined || row.state !== 'active') return;
    const trial = row.breaker !== 'closed';
    if (trial && (row.trial_at_ms ?? 0) > claim.nowMs) return;
    let room = trial ? Math.min(1, of.limit) : of.limit;
    const seen = new Set<number>();
    while (room > 0) {
      const due = dueLines.all({ destination_ref: row.ref, now: claim.nowMs, limit: room + seen.size });
      const fresh = due.filter(line => !seen.has(line.return_ref));
      if (fresh.length === 0) return;
      for (const line of fresh) {
        seen.add(line.return_ref);
        const delivery = claimLine(claim, of, line, trial);
        if (delivery === null) continue;
        claimed.push(delivery);
        room -= 1;
        if (trial) beginTrial.run({ ref: row.ref, at: claim.nowMs + TRIAL_EVERY_MS });
      }
    }
  }

  function claimLine(
    { owner, nowMs, leaseMs }: LineClaim,
    { account, name, ordering }: LineClaim['destinations'][number],
    line: LineRow,
    trial: boolean,
  ): ClaimedDelivery | null {
    const { destination_ref, return_ref } = line;
    if (line.lease_owner !== null) noteInterruption(line);
    for (;;) {
      const next = nextOf(line, ordering, nowMs);
      if (next === null) {
        dropLine.run({ destination_ref, return_ref });
        return null;
      }
      const ref = next.deliveryRef;
      if (next.dueAtMs > nowMs) {
        wait.run({ destination_ref, return_ref, due: next.dueAtMs });
        return null;
      }
      const row = sendable.get({ ref })!;
      if (row.body === null) {
        cancel.run({ ref, now: nowMs }); // retention dropped it: there is nothing left to send
        continue;
      }
      const until = nowMs + leaseMs;
      const unordered = ordering === 'none' ? 1 : 0;
      countTry.run({ ref, counted: trial ? 0 : 1 });
      const leased = { until, owner, now: nowMs, delivery_ref: ref, trial: trial ? 1 : 0, unordered };
      lease.run({ destination_ref, return_ref, ...leased });
      return {
        id: row.id,
        account,
        destination: name,
        returnId: row.return_id,
        eventId: row.event_id,
        revision: row.revision,
        sequence: row.sequence,
        webhookId: row.webhook_id ?? ownWebhookId(row.event_id, row.revision),
        body: bodies.read(row.position, row.body),
        tries: row.tries + (trial ? 0 : 1),
        trial,
        createdAtMs: row.created_at_ms,
        leaseUntilMs: until,
        requestedBy: row.requested_by,
      };
    }
  }

  function noteInterruption({ delivery_ref: ref, leased_at_ms: started }: LineRow): void {
    if (ref !== null && started !== null) addAttempt(ref, interruptedAttempt(ref, started));
  }

  return {
    dueDestinations: operation(nowMs => {
      const due: { account: string; name: string }[] = [];
      let nextDueAtMs: number | null = null;
      for (const { account, name, breaker, trial_at_ms, first, later } of active.all({ now: nowMs })) {
        if (first === null) continue;
        const opensAtMs = breaker === 'closed' ? 0 : (trial_at_ms ?? 0);
        const firstAtMs = Math.max(first, opensAtMs);
        if (firstAtMs <= nowMs) due.push({ account, name });
        const nextAtMs = firstAtMs > nowMs ? firstAtMs : later;
        if (nextAtMs !== null && (nextDueAtMs === null || nextAtMs < nextDueAtMs)) nextDueAtMs = nextAtMs;
      }
      return { due, nextDueAtMs };
    }),

    claimLines: operation(async claim => {
      const claimed: ClaimedDelivery[] = [];
      writer.relaxed(() => {
        for (const of of claim.destinations) claimDestination(claim, of, claimed);
      });
      if (claimed.length > 0) await writer.lasting(); // nothing is sent that a power cut would undo
      return claimed;
    }),
  };
}
