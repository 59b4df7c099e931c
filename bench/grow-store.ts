import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { closedLoop, startDestination } from './load.ts';
import { makeNotices, type Notice, nameOf, PER_RETURN } from './notices.ts';
import { ask, type GatewayFolder, gatewayFolder, startGateway } from './processes.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** Returns that a real gateway records, four times as many as its notices are apart; the rest are copies of them. */
const RECORDED = 1_024;
const FACTS_PER_RETURN = 5;
/** The copies reach back this far, so that retention finds work. */
const DAYS = 100;
const DAY_MS = 24 * 3_600_000;

export interface GrownStore {
  readonly folder: GatewayFolder;
  readonly returns: number;
  readonly facts: number;
  /** A return in the middle of the store's history, by the numbers people search with. */
  readonly known: { readonly order: string; readonly tracking: string; readonly email: string };
  /** Makes retention due at the next start, instead of an hour after it. */
  letRetentionRun(): void;
  remove(): void;
}

/**
 * What a table's copy differs in, by column. `shift`: a number of ours, moved on; `text`: an id of the outside, made
 * anew; `number`, `email`: what people search by, marked with the copy; `time`: moved to the copy's place in the history.
 * Bodies are left out: the history is older than what retention keeps of them.
 */
const COPIED: Readonly<Record<string, Readonly<Record<string, 'shift' | 'text' | 'number' | 'email' | 'time'>>>> = {
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

/**
 * A store with a long history: `returns` returns of five facts and five deliveries each. A gateway records the first
 * thousand; the rest are copied inside SQLite, because recording a million would take longer than the benchmark.
 */
export async function growStore(returns: number): Promise<GrownStore> {
  const destination = await startDestination();
  const folder = gatewayFolder({ all: destination.url });
  const gateway = await startGateway(folder);
  const notices = makeNotices(RECORDED * PER_RETURN).filter(notice => stepOf(notice) < FACTS_PER_RETURN);
  await closedLoop(gateway.url, notices, 32);
  await destination.arrived(notices.length);
  await ask(gateway, '/v1/destinations/bench/all/pause', 'POST'); // nobody listens there any more
  await gateway.stop();
  await destination.close();

  const copies = Math.max(1, Math.round(returns / RECORDED));
  copyHistory(folder.database, copies);
  const [first] = nameOf(notices[0]!).split('_');
  const middle = Math.max(1, copies >> 1);
  return {
    folder,
    returns: copies * RECORDED,
    facts: copies * notices.length,
    known: {
      order: `MK-${first}C${middle}`,
      tracking: `1Z${first}C${middle}`,
      email: `c${middle}.shopper-${first}@shoppers.example`,
    },
    letRetentionRun() {
      const client = new Database(folder.database);
      client.exec("UPDATE timer SET due_at_ms = 0 WHERE kind = 'retention'");
      client.close();
    },
    remove: folder.remove,
  };
}

function stepOf(notice: Notice): number {
  return Number(nameOf(notice).split('_')[1]);
}

function copyHistory(database: string, copies: number): void {
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
  if (kind === 'text') return `substr(${name}, 1, 4) || printf('%020d', k) || substr(${name}, -6)`;
  if (kind === 'time') return `${name} - ${Math.round((DAYS * DAY_MS) / copies)} * (${copies} - k)`;
  return name;
}
