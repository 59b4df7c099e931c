import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { type ColumnsOf, DAY_MS, DAYS } from './copied.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

const COPIED: ColumnsOf = {
  inbound: { ref: 'shift', id: 'text', received_at_ms: 'time' },
  interpretation: { inbound_ref: 'shift' },
  return: { ref: 'shift', id: 'text', created_at_ms: 'time', updated_at_ms: 'time' },
  return_alias: { value: 'number', return_ref: 'shift' },
  shopper: { return_ref: 'shift', email_lower: 'email' },
  derivation: { ref: 'shift', return_ref: 'shift', inbound_ref: 'shift' },
  fact: { return_ref: 'shift' },
  event: { position: 'shift', return_ref: 'shift', event_id: 'text' },
  delivery: { ref: 'shift', id: 'text', return_ref: 'shift', position: 'shift', created_at_ms: 'time', at_ms: 'time' },
  attempt: { delivery_ref: 'shift', id: 'text', started_at_ms: 'time' },
};

/** Copies everything that a gateway has recorded in the file `copies - 1` times, inside SQLite. */
export function copyInSqlite(database: string, copies: number): void {
  const client = new Database(database);
  try {
    client.pragma('journal_mode = OFF');
    client.pragma('synchronous = OFF');
    client.pragma('cache_size = -1000000');
    client.pragma('temp_store = MEMORY');
    const indexes = client
      .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
      .all() as { name: string; sql: string }[];
    const copied = indexes.filter(({ sql }) => Object.keys(COPIED).some(table => onTable(sql, table)));
    for (const { name } of copied) client.exec(`DROP INDEX "${name}"`);

    const stride = 1 + Math.max(...Object.entries(COPIED).map(([table, columns]) => largest(client, table, columns)));
    for (const [table, columns] of Object.entries(COPIED)) {
      const names = (client.pragma(`table_info("${table}")`) as { name: string }[]).map(({ name }) => name);
      const values = names.map(name => copyOf(name, columns[name], stride, copies));
      client
        .prepare(
          `INSERT INTO "${table}" (${names.join(', ')}) WITH RECURSIVE copy(k) AS
             (SELECT 1 UNION ALL SELECT k + 1 FROM copy WHERE k < ${copies - 1})
           SELECT ${values.join(', ')} FROM copy CROSS JOIN (SELECT * FROM "${table}") WHERE ${copies} > 1`,
        )
        .run();
    }
    // What was recorded stands at the beginning of the history that its copies continue.
    for (const [table, columns] of Object.entries(COPIED)) {
      const times = Object.keys(columns).filter(name => columns[name] === 'time');
      const first = Object.keys(columns).find(name => columns[name] === 'shift');
      if (times.length === 0) continue;
      const back = times.map(name => `${name} = ${name} - ${DAYS * DAY_MS}`);
      client.exec(`UPDATE "${table}" SET ${back.join(', ')} WHERE ${first} < ${stride}`);
    }
    for (const { sql } of copied) client.exec(sql);
  } finally {
    client.close();
  }
}

function onTable(sql: string, table: string): boolean {
  return new RegExp(` ON "?${table}"? \\(`).test(sql);
}

function largest(client: BetterSqlite.Database, table: string, columns: Readonly<Record<string, string>>): number {
  const name = Object.keys(columns).find(column => columns[column] === 'shift');
  return (client.prepare(`SELECT coalesce(max(${name}), 0) AS most FROM "${table}"`).get() as { most: number }).most;
}

function copyOf(name: string, kind: string | undefined, stride: number, copies: number): string {
  if (kind === 'shift') return `${name} + k * ${stride}`;
  if (kind === 'number') return `${name} || 'C' || k`;
  if (kind === 'email') return `'c' || k || '.' || ${name}`;
  if (kind === 'text') return `substr(${name}, 1, 4) || printf('%018d', k) || substr(${name}, -8)`;
  if (kind === 'time') return `${name} - ${Math.round((DAYS * DAY_MS) / copies)} * (${copies} - k)`;
  return name;
}
