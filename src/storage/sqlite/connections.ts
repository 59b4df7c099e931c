import { insertInto } from './insert.ts';
import { connection } from './schema.ts';
import { sql } from './sql.ts';
import { prepare } from './statement.ts';
import type { Writer } from './writer.ts';

export interface KnownConnection {
  readonly ref: number;
  readonly account: string;
  readonly name: string;
  readonly provider: string;
}

/** The numbers of (account, connection, provider): rows and indexes hold two bytes instead of forty. */
export interface Connections {
  /** Makes one where there is none; within the running transaction. */
  refOf(account: string, name: string, provider: string): number;
  get(ref: number): KnownConnection;
  /** Whatever the provider: a connection that changed its adapter has several. */
  refsOf(account: string, name: string): readonly number[];
}

export function createConnections(writer: Writer): Connections {
  const all = prepare<KnownConnection>(writer.client, sql`SELECT * FROM connection`);
  const insert = insertInto(writer.client, connection);
  let byRef = new Map<number, KnownConnection>();
  let byName = new Map<string, KnownConnection[]>();
  load();
  writer.onRollback(load);

  function load(): void {
    byRef = new Map();
    byName = new Map();
    for (const known of all.all({})) add(known);
  }

  function add(known: KnownConnection): void {
    byRef.set(known.ref, known);
    const key = `${known.account} ${known.name}`;
    byName.set(key, [...(byName.get(key) ?? []), known]);
  }

  return {
    refOf(account, name, provider) {
      const known = byName.get(`${account} ${name}`)?.find(each => each.provider === provider);
      if (known !== undefined) return known.ref;
      const ref = insert.run({ account, name, provider });
      add({ ref, account, name, provider });
      return ref;
    },
    get: ref => byRef.get(ref)!,
    refsOf: (account, name) => (byName.get(`${account} ${name}`) ?? []).map(known => known.ref),
  };
}
