import type { Session } from './database.ts';
import { connection } from './schema.ts';
import { sql } from './sql.ts';
import { insertInto, type NewRow, sorted } from './statement.ts';

export interface Connection {
  readonly account: string;
  readonly name: string;
  readonly provider: string;
}

/** Takes no lock on a row that is there. */
const insert = insertInto(connection, sql`ON CONFLICT DO NOTHING`);

/**
 * Every (account, connection, provider) that rows are written for; lists find no row of one that is missing here. In
 * the transaction of those rows, and each time anew: what a process remembered to have written may be lost with the
 * server that told so, and the one that takes its place has the rows of whoever writes next.
 */
export async function writeConnections(tx: Session, connections: readonly Connection[]): Promise<void> {
  const rows = connectionRows(connections);
  if (rows.length > 0) await tx.run(insert, { rows });
}

/** Each once, in the order of their keys. */
export function connectionRows(connections: readonly Connection[]): readonly NewRow<typeof connection>[] {
  const distinct = new Map<string, Connection>();
  for (const { account, name, provider } of connections) {
    distinct.set(`${account} ${name} ${provider}`, { account, name, provider });
  }
  return sorted(
    [...distinct.values()],
    each => each.account,
    each => each.name,
    each => each.provider,
  ) as readonly NewRow<typeof connection>[];
}
