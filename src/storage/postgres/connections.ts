import type { Session } from './database.ts';
import { connection } from './schema.ts';
import { sql } from './sql.ts';
import { insertInto, sorted } from './statement.ts';

export interface Connection {
  readonly account: string;
  readonly name: string;
  readonly provider: string;
}

/** Every (account, connection, provider) that rows were written for. What this process has seen is not written again. */
export interface Connections {
  /** Before the transaction that writes the rows: what that undid would be taken for known. */
  ensure(connections: Iterable<Connection>): Promise<void>;
}

const insert = insertInto(connection, sql`ON CONFLICT DO NOTHING`);

export function createConnections(session: Session): Connections {
  const known = new Set<string>();
  const keyOf = ({ account, name, provider }: Connection) => `${account} ${name} ${provider}`;

  return {
    async ensure(connections) {
      const fresh = new Map<string, Connection>();
      for (const each of connections) if (!known.has(keyOf(each))) fresh.set(keyOf(each), each);
      if (fresh.size === 0) return;
      const rows = sorted(
        [...fresh.values()],
        each => each.account,
        each => each.name,
        each => each.provider,
      );
      await session.run(insert, { rows });
      for (const key of fresh.keys()) known.add(key);
    },
  };
}
