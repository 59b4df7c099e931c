import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/storage/postgres/database.ts';
import { migrate, pendingMigrations, postgresMigrations } from '../../../src/storage/postgres/migrate.ts';
import { createPartitions, PARTITIONED } from '../../../src/storage/postgres/partitions.ts';
import * as schema from '../../../src/storage/postgres/schema.ts';
import { getTableConfig } from '../../../src/storage/postgres/sql.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { event, group, inboundRow, kept, outcome, T0, write } from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';
import { freshDatabase } from './fresh-database.ts';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly identity: boolean;
  readonly collation: string | null;
}

interface Index {
  readonly table: string;
  readonly definition: string;
}

/** Days are tables of their own, and so is the tests' clock. */
const OWN = `c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname <> 'test_clock'`;

async function catalog() {
  const { query } = await freshDatabase();
  const columns = await query<Column & Record<string, unknown>>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS required,
        a.attidentity <> '' AS identity, l.collname AS collation
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
      WHERE ${OWN} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`,
  );
  const indexes = await query<Index & Record<string, unknown>>(
    `SELECT c.relname AS table, pg_get_indexdef(i.indexrelid) AS definition
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE ${OWN}`,
  );
  return { columns, indexes };
}

/** Words of an index definition, however PostgreSQL spells them: without quotes, casts and brackets around conditions. */
function plain(definition: string): string {
  return definition
    .replace(/"|::text|public\.| ONLY/g, '')
    .replace(/<> ALL \(ARRAY\[(.*)\]\)/, 'NOT IN ($1)')
    .replace(/ WHERE \((.*)\)$/, (_, condition: string) => ` WHERE ${condition.replace(/^\((.*)\)$/, '$1')}`)
    .toLowerCase();
}

/** What schema.ts says, in the words of `pg_get_indexdef`. */
function describedIndexes(table: (typeof schema)[keyof typeof schema]): readonly string[] {
  const config = getTableConfig(table);
  const definition = (name: string, columns: readonly string[], unique: boolean, where = '') =>
    plain(
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${config.name} USING btree (${columns.join(', ')})${where}`,
    );
  const names = (columns: readonly unknown[]) => columns.map(column => (column as { name: string }).name);
  return [
    ...config.primaryKeys.map(({ columns }) => definition(`${config.name}_pkey`, names(columns), true)),
    ...config.columns.flatMap(column => [
      ...(column.primary ? [definition(`${config.name}_pkey`, [column.name], true)] : []),
      ...(column.isUnique ? [definition(`${config.name}_${column.name}_key`, [column.name], true)] : []),
    ]),
    ...config.indexes.map(({ config: { name, columns, unique, where } }) => {
      const words = where?.queryChunks.map(chunk => (chunk as { value: string[] }).value.join('')).join('');
      return definition(name!, names(columns), unique, words === undefined ? '' : ` WHERE (${words})`);
    }),
  ];
}

describe('schema.ts', () => {
  it('names the tables that the migrations make', async () => {
    const { columns } = await catalog();

    const made = [...new Set(columns.map(({ table }) => table))];

    const described = Object.values(schema).map(table => getTableConfig(table).name);
    expect(made.sort()).toEqual([...described, 'migration'].sort());
  });

  it('describes every column and index as it is', async () => {
    const { columns, indexes } = await catalog();

    for (const table of Object.values(schema)) {
      const config = getTableConfig(table);
      const key = new Set([
        ...config.primaryKeys.flatMap(each => each.columns.map(({ name }) => name)),
        ...config.columns.filter(column => column.primary).map(({ name }) => name),
      ]);
      expect(
        columns
          .filter(column => column.table === config.name)
          .map(({ name, type, required, identity }) => [name, type, required, identity]),
        config.name,
      ).toEqual(
        config.columns.map(column => [
          column.name,
          column.getSQLType(),
          column.notNull || key.has(column.name),
          column.generatedIdentity !== undefined,
        ]),
      );
      expect(
        indexes
          .filter(index => index.table === config.name)
          .map(({ definition }) => plain(definition))
          .sort(),
        config.name,
      ).toEqual([...describedIndexes(table)].sort());
    }
  });
});

describe('every table', () => {
  it('compares its words byte by byte, as the program does', async () => {
    const { columns } = await catalog();

    const others = columns.filter(({ table, collation }) => table !== 'migration' && collation !== null);

    expect(others.length).toBeGreaterThan(80);
    expect(others.filter(({ collation }) => collation !== 'C')).toEqual([]);
  });

  it('of an account is keyed by it first', async () => {
    const { columns, indexes } = await catalog();
    const ofAccount = new Set(columns.filter(({ name }) => name === 'account').map(({ table }) => table));
    ofAccount.delete('config_revision'); // of the gateway, which may be about an account

    const leading = indexes.filter(({ table }) => ofAccount.has(table)).map(({ definition }) => plain(definition));

    // What is due is claimed over all accounts, and a timer is settled by its id.
    const others = leading.filter(definition => !/\(account/.test(definition)).map(each => each.split(' ')[2]);
    expect(leading.length).toBeGreaterThan(25);
    expect(others.sort()).toEqual(['inbound_queue_by_receipt', 'timer_by_id', 'timer_due']);
  });

  it('that is partitioned by day is listed as such', async () => {
    const { query } = await freshDatabase();

    const partitioned = await query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE relkind = 'p'`);

    expect(partitioned.map(({ name }) => name).sort()).toEqual([...PARTITIONED].sort());
  });

  it('but one holds no personal data, beside the kept bytes', async () => {
    const { url, query } = await freshDatabase();
    const store = await openPostgresStore(url);
    const canary = 'canary@example.com';
    await kept(store, inboundRow('inb_1', { text: `{"email":"${canary}"}` }));
    await store.claimInbound({ owner: 'worker', nowMs: T0, leaseMs: 1000, limit: 1 });
    const shopper = { email: { value: canary, at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } };
    const written = write('ret_1', { shopper, events: [event('a', 1, ['refunds'])] });
    const results = await store.record([group([written], [outcome('inb_1')])], T0);
    await store.close();

    const tables = await query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE ${OWN.replaceAll('c.', '')}
      AND relkind IN ('r', 'p')`);
    const holding: string[] = [];
    for (const { name } of tables) {
      const rows = await query(`SELECT * FROM "${name}"`);
      if (JSON.stringify(rows, asText).includes(canary)) holding.push(name);
    }

    expect(results).toEqual([{ outcome: 'recorded' }]);
    expect(holding.sort()).toEqual(['inbound_body', 'shopper']);
  });
});

/** Bytes as the text they hold. */
function asText(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  return Buffer.isBuffer(own) ? own.toString('latin1') : value;
}

describe('migrate', () => {
  it('does nothing on a store that is up to date', async () => {
    const { database, query } = await freshDatabase();

    expect(await migrate(database)).toEqual([]);
    expect(await query('SELECT number, name FROM migration')).toEqual(
      postgresMigrations().map(({ number, name }) => ({ number, name })),
    );
  });

  it('leaves nothing of a migration that fails', async () => {
    const { database, query } = await freshDatabase();
    const last = postgresMigrations().length;
    const broken = { number: last + 1, name: 'broken', sql: 'CREATE TABLE half (a integer); NONSENSE', digest: 'x' };

    await expect(migrate(database, [...postgresMigrations(), broken])).rejects.toThrow();

    expect(await query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(await query('SELECT max(number) AS newest FROM migration')).toEqual([{ newest: last }]);
  });

  it.each([1, 2])('takes no tables for foreign that another process makes after its look number %i', async look => {
    const url = await emptyDatabase();
    onTestFinished(() => dropDatabase(url));
    const partitions = createPartitions(() => database);
    const database = openDatabase(url, partitions);
    onTestFinished(() => database.close());
    let looks = 0;
    const slow: typeof database = {
      ...database,
      async get(statement, values) {
        const row = await database.get(statement, values);
        looks += 1;
        if (looks === look) await migrate(database);
        return row;
      },
    };

    await migrate(slow);

    expect(await pendingMigrations(database)).toEqual([]);
  });
});
