import { TRIAL_EVERY_MS } from '../breaker.ts';
import { CANCELLED, DELIVERED, IN_ORDER } from '../delivery-state.ts';
import { interruptedAttempt } from '../interrupted-attempt.ts';
import { unpackText } from '../pack.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import type { ClaimedDelivery, LineClaim, Store } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';
import { addAttempts } from './attempts.ts';
import type { ClaimedAccounts } from './claimed-accounts.ts';
import type { Database, Session } from './database.ts';
import { freeLine, nextOfLines, type QueuedRow, writeLines } from './line.ts';
import { beginTrials, type PickedLine, pickLines, type Wanted } from './pick-lines.ts';
import { KEYS } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, literal, sorted, statement } from './statement.ts';
import { bodyKey } from './write-events.ts';

/** What a line sends now. */
interface Sending {
  readonly line: PickedLine;
  readonly row: QueuedRow;
  readonly eventId: string;
  readonly revision: number;
  readonly body: string;
}

/** A line that was due and then has nothing to send makes room for another; what is left after so many goes to the next claim. */
const MOST_ROUNDS = 10;

const active = statement<{
  account: string;
  name: string;
  breaker: string;
  trial_at_ms: number | null;
  now_ms: number;
  first: number;
  later: number | null;
}>(
  sql`SELECT d.account, d.name, d.breaker, d.trial_at_ms, n.now_ms, f.due_at_ms AS first,
      (SELECT l.due_at_ms FROM line l WHERE l.account = d.account AND l.destination = d.name AND l.due_at_ms > n.now_ms
        ORDER BY l.due_at_ms LIMIT 1) AS later
    FROM (SELECT retour_now_ms() AS now_ms) n CROSS JOIN destination d
    CROSS JOIN LATERAL (SELECT l.due_at_ms FROM line l WHERE l.account = d.account AND l.destination = d.name
      ORDER BY l.due_at_ms LIMIT 1) f
    WHERE d.state = 'active' ORDER BY d.account, d.name`,
);
/** `recorded_at_ms` null: without the body. */
const messages = statement<{ number: number; event_id: string; revision: number; body: Buffer | null }>(
  sql`SELECT k.number, e.event_id, e.revision, b.body
    FROM json_to_recordset(${given('rows')}::json)
      AS k(number integer, account text, "position" bigint, recorded_at_ms bigint)
    JOIN event e ON e.account = k.account AND e.position = k.position
    LEFT JOIN event_body b ON b.account = k.account AND b.position = k.position
      AND b.recorded_at_ms = k.recorded_at_ms`,
);
const countTries = statement(
  sql`UPDATE delivery d SET tries = d.tries + 1 FROM ${KEYS} WHERE d.account = k.account AND d.id = k.id`,
);
const cancel = statement(
  sql`UPDATE delivery d SET
      state = CASE WHEN d.arrived_at_ms IS NULL THEN ${literal(CANCELLED)} ELSE ${literal(DELIVERED)} END,
      at_ms = coalesce(d.arrived_at_ms, ${given('now')}::bigint), arrived_at_ms = NULL, passes = ${literal(IN_ORDER)},
      requested_by = NULL
    FROM ${KEYS} WHERE d.account = k.account AND d.id = k.id`,
);

/**
 * The queue: lines (destination, return), their due times and leases, all on the database's clock. A claim locks lines
 * that are due, decides by what it then reads, and writes their leases; a line whose worker died is due again when its
 * lease ends. However many lines and destinations, it is the same few statements.
 */
export function createClaim(
  database: Database,
  bodies: RecentBodies<string>,
  accounts: ClaimedAccounts,
): Pick<Store, 'dueDestinations' | 'claimLines'> {
  async function claimTogether(tx: Session, claim: LineClaim): Promise<readonly ClaimedDelivery[]> {
    const claimed: { readonly number: number; readonly delivery: ClaimedDelivery }[] = [];
    let wanted: readonly Wanted[] = claim.destinations
      .map(({ account, name, limit }, index) => ({ number: index, account, name, room: limit }))
      .filter(({ room }) => room > 0);
    for (let round = 0; round < MOST_ROUNDS && wanted.length > 0; round += 1) {
      const { lines, nowMs } = await pickLines(tx, claim, wanted);
      if (lines.length === 0) break;
      const sent = await leaseLines(tx, claim, lines, nowMs);
      for (const sending of sent) {
        claimed.push({ number: sending.line.number, delivery: toClaimed(claim, sending) });
      }
      wanted = wanted.flatMap(each => roomLeft(each, lines, sent));
    }
    return sorted(claimed, each => each.number).map(({ delivery }) => delivery);
  }

  /** Leases those of the lines that have something to send now; the others wait, or are dropped. */
  async function leaseLines(
    tx: Session,
    { owner, nowMs: ownNowMs, leaseMs }: LineClaim,
    lines: readonly PickedLine[],
    nowMs: number,
  ): Promise<readonly Sending[]> {
    await addAttempts(
      tx,
      lines.flatMap(({ account, interrupted }) => {
        if (interrupted === null) return [];
        const { deliveryId, startedAtMs } = interrupted;
        return [{ account, deliveryId, attempt: interruptedAttempt(deliveryId, startedAtMs) }];
      }),
    );
    const { sendings, waiting, empty } = await nextMessages(tx, lines, nowMs);
    const counted = sendings.filter(({ line }) => !line.trial);
    if (counted.length > 0) {
      await tx.run(countTries, { keys: counted.map(({ line: { account }, row: { id } }) => ({ account, id })) });
    }
    const leased = sendings.map(({ line, row }) => ({
      ...freeLine(line, nowMs + leaseMs),
      lease_owner: owner,
      leased_at_ms: nowMs,
      lease_mark: ownNowMs + leaseMs,
      delivery_id: row.id,
      trial: line.trial,
      unordered: line.ordering === 'none',
    }));
    await writeLines(tx, [...leased, ...waiting], empty);
    const trials = sendings.flatMap(({ line }) =>
      line.trial ? [{ account: line.account, name: line.destination }] : [],
    );
    if (trials.length > 0) await tx.run(beginTrials, { wanted: trials, at: nowMs + TRIAL_EVERY_MS });
    return sendings;
  }

  async function nextMessages(tx: Session, lines: readonly PickedLine[], nowMs: number) {
    const sendings: Sending[] = [];
    const waiting: ReturnType<typeof freeLine>[] = [];
    const empty: PickedLine[] = [];
    let open = lines;
    while (open.length > 0) {
      const due: { readonly line: PickedLine; readonly row: QueuedRow; readonly recent: string | undefined }[] = [];
      for (const [index, next] of (await nextOfLines(tx, open, nowMs)).entries()) {
        const line = open[index]!;
        if (next === null) empty.push(line);
        else if (next.dueAtMs > nowMs) waiting.push(freeLine(line, next.dueAtMs));
        else due.push({ line, row: next.row, recent: bodies.find(bodyKey(next.row.position, next.row.created_at_ms)) });
      }
      const gone: typeof due = [];
      for (const { number: index, event_id, revision, body } of await readMessages(tx, due)) {
        const { line, row, recent } = due[index]!;
        const text = recent ?? (body === null ? null : unpackText(body));
        if (text === null) gone.push(due[index]!);
        else sendings.push({ line, row, eventId: event_id, revision, body: text });
      }
      if (gone.length > 0) {
        // Retention dropped the message: there is nothing left to send.
        await tx.run(cancel, { keys: gone.map(({ line: { account }, row: { id } }) => ({ account, id })), now: nowMs });
      }
      open = gone.map(({ line }) => line);
    }
    return { sendings, waiting, empty };
  }

  async function readMessages(
    tx: Session,
    due: readonly { readonly line: PickedLine; readonly row: QueuedRow; readonly recent: string | undefined }[],
  ) {
    if (due.length === 0) return [];
    const rows = due.map(({ line: { account }, row, recent }, index) => ({
      number: index,
      account,
      position: row.position,
      recorded_at_ms: recent === undefined ? row.created_at_ms : null,
    }));
    return sorted(await tx.all(messages, { rows }), row => row.number);
  }

  return {
    dueDestinations: database.operation(async nowMs => {
      const due: { account: string; name: string }[] = [];
      let nextDueAtMs: number | null = null;
      for (const row of await database.all(active)) {
        const opensAtMs = row.breaker === 'closed' ? 0 : (row.trial_at_ms ?? 0);
        const firstAtMs = Math.max(row.first, opensAtMs);
        if (firstAtMs <= row.now_ms) due.push({ account: row.account, name: row.name });
        const nextAtMs = firstAtMs > row.now_ms ? firstAtMs : row.later;
        if (nextAtMs === null) continue;
        const ownNextAtMs = nowMs + (nextAtMs - row.now_ms);
        if (nextDueAtMs === null || ownNextAtMs < nextDueAtMs) nextDueAtMs = ownNextAtMs;
      }
      return { due, nextDueAtMs };
    }),

    claimLines: database.operation(async claim => {
      const claimed = await database.transaction(tx => claimTogether(tx, claim));
      for (const { id, account } of claimed) accounts.add(id, account);
      return claimed;
    }),
  };
}

/** Where all that was asked for was there, but had nothing to send, more may be behind it. */
function roomLeft(wanted: Wanted, lines: readonly PickedLine[], sent: readonly Sending[]): readonly Wanted[] {
  const picked = lines.filter(line => line.number === wanted.number);
  const taken = sent.filter(({ line }) => line.number === wanted.number).length;
  const asked = picked[0]?.trial ? 1 : wanted.room;
  return picked.length < asked || taken === asked ? [] : [{ ...wanted, room: asked - taken }];
}

function toClaimed(claim: LineClaim, { line, row, eventId, revision, body }: Sending): ClaimedDelivery {
  return {
    id: row.id,
    account: line.account,
    destination: line.destination,
    returnId: line.return_id,
    eventId,
    revision,
    sequence: row.sequence,
    webhookId: row.webhook_id ?? ownWebhookId(eventId, revision),
    body,
    tries: row.tries + (line.trial ? 0 : 1),
    trial: line.trial,
    createdAtMs: row.created_at_ms,
    leaseUntilMs: claim.nowMs + claim.leaseMs,
    requestedBy: row.requested_by,
  };
}
