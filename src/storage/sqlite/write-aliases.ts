import { attachingKey } from '../attaching.ts';
import type { ReturnWrite } from '../store.ts';
import type { Connections } from './connections.ts';
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

/**
 * Writes the aliases of returns. Rows that attach by one that a return gained or lost are queued to be interpreted
 * again, but for those of `own`: what becomes of the rows of the group that is being written, their outcome says.
 */
export interface WriteAliases {
  /** Before the writes of each group; the answer is filled with what they change, as `attachingKey`. */
  begin(own: ReadonlySet<number>): ReadonlySet<string>;
  /** Drops what the return no longer has; before its neighbours in a group are written, to whom it may go. */
  release(write: ReturnWrite): void;
  /** Makes the return's aliases those of the write; an identifying one that another return has is a conflict. */
  write(write: ReturnWrite, ref: number, connectionRef: number): void;
  /** Drops all of a return that is absorbed. */
  drop(absorbed: { readonly ref: number; readonly account: string }): void;
}

export function createWriteAliases(writer: Writer, connections: Connections): WriteAliases {
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
  const attaching = prepare<{ inbound_ref: number }>(
    client,
    sql`SELECT inbound_ref FROM attaching_alias WHERE kind = ${given('kind')} AND value = ${given('value')}
      AND account = ${given('account')}`,
  );
  const queue = prepare(
    client,
    sql`UPDATE inbound SET state = 'received' WHERE ref = ${given('ref')} AND state <> 'received'`,
  );
  let own: ReadonlySet<number> = new Set();
  let changed = new Set<string>();

  function release(write: ReturnWrite): void {
    const row = refOf.get({ id: write.id });
    if (row === undefined) return;
    const kept = new Set(write.aliases.map(({ kind, value }) => `${kind} ${value}`));
    for (const { kind, value, connection_ref } of aliasesOf.all(row)) {
      if (!kept.has(`${kind} ${value}`)) lose(write.account, { kind, value, connection_ref }, row.ref);
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
    for (const alias of before.values()) lose(write.account, alias, ref);
  }

  function drop({ ref, account }: { readonly ref: number; readonly account: string }): void {
    for (const alias of aliasesOf.all({ ref })) lose(account, alias, ref);
  }

  function lose(account: string, alias: Omit<AliasRow, 'identifies'>, ref: number): void {
    const { kind, value, connection_ref } = alias;
    dropAlias.run({ kind, value, connection_ref, ref });
    wake(account, kind, value);
  }

  function wake(account: string, kind: string, value: string): void {
    changed.add(attachingKey(account, kind, value));
    for (const { inbound_ref } of attaching.all({ kind, value, account })) {
      if (!own.has(inbound_ref)) queue.run({ ref: inbound_ref });
    }
  }

  function begin(refs: ReadonlySet<number>): ReadonlySet<string> {
    own = refs;
    changed = new Set();
    return changed;
  }

  return { begin, release, write, drop };
}
