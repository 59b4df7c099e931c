import { Database } from '../../src/storage/sqlite/sql.ts';
import type { GatewayFolder } from './gateway-process.ts';

/** What is wrong with the file of an SQLite store itself, and what a dead process left in it. */
export function inspectFile({ database }: Pick<GatewayFolder, 'database'>): readonly string[] {
  const client = new Database(database, { readonly: true });
  try {
    const integrity = client.pragma('integrity_check', { simple: true });
    const count = (text: string) => (client.prepare(text).get() as { count: number }).count;
    const leases = count('SELECT count(*) AS count FROM line WHERE lease_owner IS NOT NULL');
    const lines = count('SELECT count(*) AS count FROM line');
    return [
      ...(integrity === 'ok' ? [] : [`the file is not whole: ${integrity}`]),
      ...(leases === 0 ? [] : [`${leases} leases are left`]),
      ...(lines === 0 ? [] : [`${lines} lines are left with nothing to send`]),
    ];
  } finally {
    client.close();
  }
}
