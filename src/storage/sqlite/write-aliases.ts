import type { ReturnWrite } from '../store.ts';
import type { Connections } from './connections.ts';
import { type InboundClaims, waitingKey } from './inbound-claims.ts';
import { insertInto } from './insert.ts';
import { returnAlias } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import type { Writer } from './writer.ts';

/** Thrown inside a group to undo it: what was read is no longer so. */
export const CONFLICT = Symbol('conflict');

interface AliasRow {
  readonly kind: string;
  readonly value: string;
  readonly connection_ref: number;
  readonly identifies: number;
}

export interface WriteAliases {
  /** Drops what the return no longer has; before its neighbours in a group are written, to whom it may go. */
  release(write: ReturnWrite): void;
  /** Makes the return's aliases those of the write; an identifying one that another return has is a conflict. */
  write(write: ReturnWrite, ref: number, connectionRef: number): void;
  drop(ref: number): void;
}

export function createWriteAliases(writer: Writer, connections: Connections, claims: InboundClaims): WriteAliases {
  const { client } = writer;
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM "return" WHERE id = ${given('id')}`);
  const aliasesOf = prepare<AliasRow>(
    client,
    sql`SELECT kind, value, connection_ref, identifies FROM return_alias WHERE return_ref = ${given('ref')}`,
  );
  const holders = prepare<{ return_ref: number }>(
    client,
    sql`SELECT return_ref FROM return_alias WHERE kind = ${given('kind')} AND value = ${given('value')}
      AND connection_ref = ${given('connection_ref')} AND identifies = 1 AND return_ref <> ${given('ref')} LIMIT 1`,
  );
  const insertAlias = insertInto(client, returnAlias);
  const dropAlias = prepare(
    client,
    sql`DELETE FROM return_alias WHERE kind = ${given('kind')} AND value = ${given('value')}
      AND connection_ref = ${given('connection_ref')} AND return_ref = ${given('ref')}`,
  );
  const waiting = prepare<{ inbound_ref: number }>(
    client,
    sql`SELECT inbound_ref FROM waiting_alias WHERE kind = ${given('kind')} AND value = ${given('value')}
      AND account = ${given('account')}`,
  );
  const queueWaiting = prepare(
    client,
    sql`UPDATE inbound SET state = 'received' WHERE ref = ${given('ref')} AND state <> 'received'`,
  );
  const stopWaiting = prepare(client, sql`DELETE FROM waiting_alias WHERE inbound_ref = ${given('ref')}`);
  const dropAll = prepare(client, sql`DELETE FROM return_alias WHERE return_ref = ${given('ref')}`);

  function release(write: ReturnWrite): void {
    const row = refOf.get({ id: write.id });
    if (row === undefined) return;
    const kept = new Set(write.aliases.map(({ kind, value }) => `${kind} ${value}`));
    for (const { kind, value, connection_ref } of aliasesOf.all(row)) {
      if (!kept.has(`${kind} ${value}`)) dropAlias.run({ kind, value, connection_ref, ref: row.ref });
    }
  }

  function write(write: ReturnWrite, ref: number, connectionRef: number): void {
    const before = new Map(aliasesOf.all({ ref }).map(alias => [`${alias.kind} ${alias.value}`, alias]));
    for (const { kind, value, identifies } of write.aliases) {
      const key = `${kind} ${value}`;
      const known = before.get(key);
      before.delete(key);
      if (known !== undefined && (known.identifies === 1) === identifies) continue;
      if (identifies) {
        for (const connection_ref of connections.refsOf(write.account, write.connection)) {
          if (holders.get({ kind, value, connection_ref, ref }) !== undefined) throw CONFLICT;
        }
      }
      if (known !== undefined) dropAlias.run({ kind, value, connection_ref: known.connection_ref, ref });
      insertAlias.run({ kind, value, connection_ref: connectionRef, return_ref: ref, identifies: identifies ? 1 : 0 });
      if (known === undefined) wake(write.account, kind, value);
    }
    for (const { kind, value, connection_ref } of before.values()) dropAlias.run({ kind, value, connection_ref, ref });
  }

  /** Rows that wait for this alias are interpreted again. */
  function wake(account: string, kind: string, value: string): void {
    claims.gained(waitingKey(account, kind, value));
    for (const { inbound_ref } of waiting.all({ kind, value, account })) {
      queueWaiting.run({ ref: inbound_ref });
      stopWaiting.run({ ref: inbound_ref });
    }
  }

  return { release, write, drop: ref => void dropAll.run({ ref }) };
}
