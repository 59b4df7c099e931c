import pg from 'pg';
import { openDatabase } from '../src/storage/postgres/database.ts';
import { createPartitions } from '../src/storage/postgres/partitions.ts';
import { type ColumnsOf, DAY_MS, DAYS } from './copied.ts';

const COPIED: ColumnsOf = {
  inbound: { id: 'text', received_at_ms: 'time' },
  interpretation: { inbound_id: 'text' },
  return: { id: 'text', created_at_ms: 'time', updated_at_ms: 'time' },
  return_alias: { value: 'number', return_id: 'text' },
  shopper: { return_id: 'text', email_lower: 'email' },
  derivation: { return_id: 'text', inbound_id: 'text' },
  fact: { return_id: 'text' },
  event: { position: 'shift', return_id: 'text', event_id: 'text' },
  delivery: { id: 'text', return_id: 'text', position: 'shift', created_at_ms: 'time', at_ms: 'time' },
  attempt: { delivery_id: 'text', id: 'text', started_at_ms: 'time' },
};

/** Copies everything that a gateway has recorded in the database `copies - 1` times, inside PostgreSQL. */
export async function copyInPostgres(url: string, copies: number): Promise<void> {
  await makeDays(url);
  const client = new pg.Client({
    connectionString: url,
    options: '-c synchronous_commit=off -c maintenance_work_mem=1GB',
  });
  await client.connect();
  try {
    const indexes = await client.query<{ name: string; text: string }>(
      `SELECT indexname AS name, indexdef AS text FROM pg_indexes
       WHERE schemaname = current_schema() AND tablename = ANY($1) AND indexname NOT LIKE '%_pkey'`,
      [Object.keys(COPIED)],
    );
    for (const { name } of indexes.rows) await client.query(`DROP INDEX "${name}"`);
    const most = await client.query<{ most: string }>('SELECT coalesce(max(position), 0) AS most FROM event');
    const stride = 1 + Number(most.rows[0]!.most);
    for (const [table, columns] of Object.entries(COPIED)) {
      const { rows } = await client.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'NO' ORDER BY ordinal_position`,
        [table],
      );
      const names = rows.map(({ name }) => name);
      const values = names.map(name => copyOf(name, columns[name], stride, copies));
      await client.query(
        `INSERT INTO "${table}" (${names.join(', ')})
         SELECT ${values.join(', ')} FROM generate_series(1, ${copies - 1}) k CROSS JOIN (SELECT * FROM "${table}") t`,
      );
    }
    await client.query(`SELECT setval('event_position', max(position)) FROM event`);
    for (const { text } of indexes.rows) await client.query(text);
    await client.query('VACUUM (ANALYZE)');
  } finally {
    await client.end();
  }
}

/** The days that the copies reach back to. */
async function makeDays(url: string): Promise<void> {
  const partitions = createPartitions(() => database);
  const database = openDatabase(url, partitions);
  const now = Date.now();
  await partitions.ensure(Array.from({ length: DAYS + 2 }, (_, back) => now - back * DAY_MS));
  await database.close();
}

/** What was recorded stands at the end of the history, its copies before it. */
function copyOf(name: string, kind: string | undefined, stride: number, copies: number): string {
  if (kind === 'shift') return `${name} + k * ${stride}`;
  if (kind === 'number') return `${name} || 'C' || k`;
  if (kind === 'email') return `'c' || k || '.' || ${name}`;
  if (kind === 'text') return `left(${name}, 4) || lpad(k::text, 18, '0') || right(${name}, 8)`;
  if (kind === 'time') return `${name} - ${Math.round((DAYS * DAY_MS) / copies)}::bigint * k`;
  return name;
}
