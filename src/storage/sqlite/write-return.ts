import { GatewayError } from '../../gateway-error.ts';
import { continues } from '../gapless.ts';
import { shortPosition } from '../rows/fact-position.ts';
import { mergedFromOf } from '../rows/return.ts';
import type { Derivation, ReturnWrite } from '../store.ts';
import { query } from './builder.ts';
import type { Connections } from './connections.ts';
import { insertInto } from './insert.ts';
import type { ReturnRows, StoredRow } from './return-rows.ts';
import { derivation, fact, returns } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { CONFLICT, type WriteAliases } from './write-aliases.ts';
import type { WriteEvent } from './write-event.ts';
import type { Writer } from './writer.ts';

interface InboundSource {
  readonly ref: number;
  readonly received_at_ms: number;
  readonly trust: string;
  readonly secret_index: number | null;
  readonly config_revision: string | null;
}

/** Writes one return of a group: state, aliases, derivations, ledger, events; and what it absorbs. */
export function createWriteReturn(
  writer: Writer,
  connections: Connections,
  rows: ReturnRows,
  aliases: WriteAliases,
  writeEvent: WriteEvent,
) {
  const { client } = writer;
  const insertReturn = insertInto(client, returns);
  const updateReturn = prepare(
    client,
    sql`UPDATE "return" SET version = version + 1, sequence = ${given('sequence')}, status = ${given('status')},
      updated_at_ms = ${given('updated_at_ms')}, merged_from = ${given('merged_from')}, state = ${given('state')}
      WHERE ref = ${given('ref')}`,
  );
  const writeShopper = prepare(
    client,
    sql`INSERT INTO shopper (return_ref, email_lower, fields) VALUES (${given('ref')}, ${given('email')}, ${given('fields')})
      ON CONFLICT (return_ref) DO UPDATE SET email_lower = excluded.email_lower, fields = excluded.fields`,
  );
  const dropShopper = prepare(client, sql`DELETE FROM shopper WHERE return_ref = ${given('ref')}`);

  const inboundRow = prepare<InboundSource>(
    client,
    sql`SELECT ref, received_at_ms, trust, secret_index, config_revision FROM inbound WHERE id = ${given('id')}`,
  );
  const insertDerivation = insertInto(client, derivation);
  const supersede = prepare(
    client,
    sql`UPDATE derivation SET superseded = 1
      WHERE inbound_ref = ${given('inbound_ref')} AND return_ref = ${given('return_ref')} AND superseded = 0`,
  );
  const writeFact = prepare(
    client,
    query
      .insert(fact)
      .values({
        return_ref: given('return_ref'),
        event_id: given('event_id'),
        type: given('type'),
        revision: given('revision'),
        withdrawn: given('withdrawn'),
        announced: given('announced'),
        content_digest: given('content_digest'),
        position: given('position'),
      })
      .onConflictDoUpdate({
        target: [fact.return_ref, fact.event_id],
        set: {
          type: sql`excluded.type`,
          revision: sql`excluded.revision`,
          withdrawn: sql`excluded.withdrawn`,
          announced: sql`excluded.announced`,
          content_digest: sql`excluded.content_digest`,
          position: sql`excluded.position`,
        },
      }),
  );

  const moveDerivations = prepare(
    client,
    sql`UPDATE derivation SET return_ref = ${given('into')} WHERE return_ref = ${given('from')}`,
  );
  const moveFacts = prepare(
    client,
    sql`UPDATE OR IGNORE fact SET return_ref = ${given('into')} WHERE return_ref = ${given('from')}`,
  );
  const dropFacts = prepare(client, sql`DELETE FROM fact WHERE return_ref = ${given('from')}`);
  const moveEvents = prepare(
    client,
    sql`UPDATE event SET return_ref = ${given('into')}, sequence = sequence + ${given('shift')}
      WHERE return_ref = ${given('from')}`,
  );
  const retire = prepare(
    client,
    sql`UPDATE "return" SET version = version + 1, sequence = ${given('sequence')}, merged_into = ${given('into')},
      updated_at_ms = ${given('now')} WHERE ref = ${given('from')}`,
  );

  return function writeReturn(write: ReturnWrite, nowMs: number): void {
    const before = open(write);
    const ref =
      before?.ref ??
      insertReturn.run({
        id: write.id,
        connection_ref: connections.refOf(write.account, write.connection, write.provider),
        version: 1,
        sequence: write.sequence,
        status: write.state.status,
        created_at_ms: write.createdAtMs,
        updated_at_ms: write.updatedAtMs,
        state: JSON.stringify(write.state),
      });
    const connectionRef = before?.connection_ref ?? connections.refOf(write.account, write.connection, write.provider);
    const mergedFrom = [...(before === null ? [] : mergedFromOf(before))];
    for (const absorbed of write.absorbs) mergedFrom.push(...absorb(write, ref, absorbed, nowMs));

    if (before !== null || mergedFrom.length > 0) {
      updateReturn.run({
        ref,
        sequence: write.sequence,
        status: write.state.status,
        updated_at_ms: write.updatedAtMs,
        merged_from: mergedFrom.length === 0 ? null : JSON.stringify(mergedFrom.sort()),
        state: JSON.stringify(write.state),
      });
    }
    writeShopperOf(write, ref, before?.fields ?? null);
    aliases.write(write, ref, connectionRef);
    for (const id of write.superseded) {
      const from = inboundRow.get({ id });
      if (from !== undefined) supersede.run({ inbound_ref: from.ref, return_ref: ref });
    }
    for (const derived of write.derivations) writeDerivation(write, ref, derived);
    for (const entry of write.facts) {
      writeFact.run({
        return_ref: ref,
        event_id: entry.eventId,
        type: entry.type,
        revision: entry.revision,
        withdrawn: entry.withdrawn ? 1 : 0,
        announced: entry.announced ? 1 : 0,
        content_digest: entry.contentDigest,
        position: shortPosition(entry.position, entry.eventId),
      });
    }
    const of = { account: write.account, returnRef: ref, connectionRef };
    for (const event of write.events) writeEvent(event, of, nowMs);
  };

  /** The return as it stands, checked against what the writer read; `null`: it is new. */
  function open(write: ReturnWrite): StoredRow | null {
    const row = rows.byId(write.id) ?? null;
    if (write.expectedVersion === 0 ? row !== null : row?.version !== write.expectedVersion) throw CONFLICT;
    if (row !== null && (row.merged_into !== null || row.account !== write.account)) throw CONFLICT;
    if (!continues(write, row?.sequence ?? 0)) {
      throw new GatewayError('BUG', 'The sequences of a return must continue without a gap.');
    }
    return row;
  }

  function absorb(
    write: ReturnWrite,
    into: number,
    { id, expectedVersion, firstSequence, farewell }: ReturnWrite['absorbs'][number],
    nowMs: number,
  ): readonly string[] {
    const younger = rows.byId(id);
    if (younger === undefined || younger.version !== expectedVersion || younger.merged_into !== null) throw CONFLICT;
    if (younger.account !== write.account || younger.connection !== write.connection || younger.ref === into) {
      throw new GatewayError('BUG', 'A return may only absorb another of its own connection.');
    }
    if (farewell.sequence !== younger.sequence + 1) throw new GatewayError('BUG', 'A farewell must end its line.');
    const from = younger.ref;
    moveDerivations.run({ from, into });
    moveFacts.run({ from, into });
    dropFacts.run({ from });
    moveEvents.run({ from, into, shift: firstSequence - 1 });
    aliases.drop(younger);
    dropShopper.run({ ref: from });
    retire.run({ from, into, sequence: farewell.sequence, now: nowMs });
    writeEvent(farewell, { account: write.account, returnRef: from, connectionRef: younger.connection_ref }, nowMs);
    return [...mergedFromOf(younger), id];
  }

  function writeShopperOf({ shopper }: ReturnWrite, ref: number, before: string | null): void {
    const fields = Object.keys(shopper).length === 0 ? null : JSON.stringify(shopper);
    if (fields === before) return;
    if (fields === null) dropShopper.run({ ref });
    else writeShopper.run({ ref, email: shopper.email?.value?.toLowerCase(), fields });
  }

  function writeDerivation(write: ReturnWrite, ref: number, derived: Derivation): void {
    const from = inboundRow.get({ id: derived.inboundId });
    if (from === undefined) throw new GatewayError('BUG', 'A derivation names an inbound row that is not there.');
    const same =
      from.received_at_ms === derived.receivedAtMs &&
      from.trust === derived.trust &&
      from.secret_index === derived.secretIndex;
    if (!same) throw new GatewayError('BUG', 'A derivation differs from its inbound row.');
    supersede.run({ inbound_ref: from.ref, return_ref: ref });
    insertDerivation.run({
      return_ref: ref,
      inbound_ref: from.ref,
      connection_ref: connections.refOf(write.account, derived.connection, derived.adapterId),
      adapter_version: derived.adapterVersion,
      config_revision: derived.configRevision === from.config_revision ? null : derived.configRevision,
      superseded: 0,
      notices: JSON.stringify(derived.notices),
    });
  }
}
