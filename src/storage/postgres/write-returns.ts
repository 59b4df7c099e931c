import { shortPosition } from '../rows/fact-position.ts';
import { mergedFromOf } from '../rows/return.ts';
import type { ReturnWrite } from '../store.ts';
import type { Session } from './database.ts';
import type { Accepted } from './judge-groups.ts';
import { aliasChanges, keyOf, type RecordState } from './record-state.ts';
import { derivation, fact, returnAlias, returns, shopper } from './schema.ts';
import { sql } from './sql.ts';
import { given, insertInto, type NewRow, rowsOf, sorted, statement } from './statement.ts';

const writeReturn = insertInto(
  returns,
  sql`ON CONFLICT (account, id) DO UPDATE SET version = t.version + 1, sequence = excluded.sequence,
    status = excluded.status, updated_at_ms = excluded.updated_at_ms, merged_from = excluded.merged_from, state = excluded.state`,
);
const writeShopper = insertInto(
  shopper,
  sql`ON CONFLICT (account, return_id) DO UPDATE SET email_lower = excluded.email_lower, fields = excluded.fields`,
);
const dropShoppers = statement(
  sql`DELETE FROM shopper t USING ${rowsOf(shopper)} r WHERE t.account = r.account AND t.return_id = r.return_id`,
);
const dropAliases = statement(
  sql`DELETE FROM return_alias t USING ${rowsOf(returnAlias)} r WHERE t.account = r.account AND t.kind = r.kind
    AND t.value = r.value AND t.connection = r.connection AND t.return_id = r.return_id`,
);
const insertAliases = insertInto(returnAlias);
const supersede = statement(
  sql`UPDATE derivation t SET superseded = true FROM ${rowsOf(derivation)} r
    WHERE t.account = r.account AND t.inbound_id = r.inbound_id AND t.return_id = r.return_id AND NOT t.superseded`,
);
const insertDerivations = insertInto(derivation);
const writeFacts = insertInto(
  fact,
  sql`ON CONFLICT (account, return_id, event_id) DO UPDATE SET type = excluded.type, revision = excluded.revision,
    withdrawn = excluded.withdrawn, announced = excluded.announced, content_digest = excluded.content_digest,
    position = excluded.position`,
);

const of = { account: given('account'), from: given('from'), into: given('into') };
const moveDerivations = statement(
  sql`UPDATE derivation SET return_id = ${of.into} WHERE account = ${of.account} AND return_id = ${of.from}`,
);
const moveFacts = statement(
  sql`UPDATE fact t SET return_id = ${of.into} WHERE account = ${of.account} AND return_id = ${of.from}
    AND NOT EXISTS (SELECT 1 FROM fact WHERE account = t.account AND return_id = ${of.into} AND event_id = t.event_id)`,
);
const dropFacts = statement(sql`DELETE FROM fact WHERE account = ${of.account} AND return_id = ${of.from}`);
const moveEvents = statement(
  sql`UPDATE event SET return_id = ${of.into}, sequence = sequence + ${given('shift')}::integer
    WHERE account = ${of.account} AND return_id = ${of.from}`,
);
const retire = statement(
  sql`UPDATE "return" SET version = version + 1, sequence = ${given('sequence')}::integer, merged_into = ${of.into},
    updated_at_ms = ${given('now')}::bigint WHERE account = ${of.account} AND id = ${of.from}`,
);

/** Writes the returns of all groups: states, shoppers, aliases, derivations, ledgers; and moves what they absorb. */
export async function writeReturns(tx: Session, accepted: readonly Accepted[], state: RecordState): Promise<void> {
  const writes = sorted(
    accepted.flatMap(({ group }) => group.returns),
    write => write.account,
    write => write.id,
  );
  if (writes.length === 0) return;
  for (const write of writes) await absorb(tx, write, state);
  await tx.run(writeReturn, { rows: writes.map(write => toReturn(write, state)) });
  await writeShoppers(tx, writes, state);
  await writeAliases(tx, writes, state);
  await writeDerivations(tx, writes, state);
  const facts = writes.flatMap(toFacts);
  if (facts.length > 0) await tx.run(writeFacts, { rows: facts });
}

/** Merges are rare: a statement each. */
async function absorb(tx: Session, write: ReturnWrite, state: RecordState): Promise<void> {
  const { account, id: into } = write;
  for (const { id: from, firstSequence, farewell } of write.absorbs) {
    await tx.run(moveDerivations, { account, from, into });
    await tx.run(moveFacts, { account, from, into });
    await tx.run(dropFacts, { account, from });
    await tx.run(moveEvents, { account, from, into, shift: firstSequence - 1 });
    await tx.run(dropShoppers, { rows: [{ account, return_id: from }] });
    await tx.run(retire, { account, from, into, sequence: farewell.sequence, now: state.nowMs });
  }
}

function toReturn(write: ReturnWrite, state: RecordState): NewRow<typeof returns> {
  const before = state.returns.get(keyOf(write));
  const mergedFrom = before === undefined ? [] : [...mergedFromOf(before)];
  for (const { id } of write.absorbs) {
    mergedFrom.push(...mergedFromOf(state.returns.get(keyOf({ account: write.account, id }))!), id);
  }
  return {
    account: write.account,
    id: write.id,
    connection: write.connection,
    provider: write.provider,
    version: 1,
    sequence: write.sequence,
    status: write.state.status,
    created_at_ms: write.createdAtMs,
    updated_at_ms: write.updatedAtMs,
    merged_from: mergedFrom.length === 0 ? null : mergedFrom.sort(),
    state: write.state,
  };
}

async function writeShoppers(tx: Session, writes: readonly ReturnWrite[], state: RecordState): Promise<void> {
  const [stated, gone]: [NewRow<typeof shopper>[], NewRow<typeof shopper>[]] = [[], []];
  for (const write of writes) {
    const { account, id: return_id, shopper: fields } = write;
    const before = state.returns.get(keyOf(write))?.fields ?? null;
    const after = Object.keys(fields).length === 0 ? null : JSON.stringify(fields);
    if (after === before) continue;
    if (after === null) gone.push({ account, return_id });
    else stated.push({ account, return_id, email_lower: fields.email?.value?.toLowerCase(), fields });
  }
  if (stated.length > 0) await tx.run(writeShopper, { rows: stated });
  if (gone.length > 0) await tx.run(dropShoppers, { rows: gone });
}

async function writeAliases(tx: Session, writes: readonly ReturnWrite[], state: RecordState): Promise<void> {
  const [lost, gained]: [NewRow<typeof returnAlias>[], NewRow<typeof returnAlias>[]] = [[], []];
  for (const write of writes) {
    const { account, id: return_id, connection } = write;
    const changes = aliasChanges(write, state.aliases.get(keyOf(write)) ?? []);
    lost.push(...changes.lost);
    for (const { kind, value, identifies } of changes.gained) {
      gained.push({ account, kind, value, connection, return_id, identifies });
    }
    for (const { id } of write.absorbs) lost.push(...(state.aliases.get(keyOf({ account, id })) ?? []));
  }
  // What one return gives away may go to another of the same batch.
  if (lost.length > 0) await tx.run(dropAliases, { rows: lost });
  if (gained.length > 0) await tx.run(insertAliases, { rows: gained });
}

async function writeDerivations(tx: Session, writes: readonly ReturnWrite[], state: RecordState): Promise<void> {
  const [replaced, derived]: [NewRow<typeof derivation>[], NewRow<typeof derivation>[]] = [[], []];
  for (const { account, id: return_id, derivations, superseded } of writes) {
    for (const inbound_id of superseded) replaced.push({ account, return_id, inbound_id });
    for (const { inboundId: inbound_id, ...of } of derivations) {
      const row = state.inbound.get(keyOf({ account, id: inbound_id }))!;
      replaced.push({ account, return_id, inbound_id });
      derived.push({
        account,
        return_id,
        inbound_id,
        connection: of.connection,
        provider: of.adapterId,
        adapter_version: of.adapterVersion,
        config_revision: of.configRevision === row.config_revision ? null : of.configRevision,
        superseded: false,
        notices: of.notices,
      });
    }
  }
  if (replaced.length > 0) await tx.run(supersede, { rows: replaced });
  if (derived.length > 0) await tx.run(insertDerivations, { rows: derived });
}

function toFacts({ account, id: return_id, facts }: ReturnWrite): readonly NewRow<typeof fact>[] {
  return facts.map(entry => ({
    account,
    return_id,
    event_id: entry.eventId,
    type: entry.type,
    revision: entry.revision,
    withdrawn: entry.withdrawn,
    announced: entry.announced,
    content_digest: entry.contentDigest,
    position: shortPosition(entry.position, entry.eventId),
  }));
}
