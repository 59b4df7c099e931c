import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { getTableConfig } from '../../../src/storage/sqlite/builder.ts';
import { migrate, sqliteMigrations } from '../../../src/storage/sqlite/migrate.ts';
import * as schema from '../../../src/storage/sqlite/schema.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import { event, group, inboundRow, kept, outcome, T0, write } from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

function migrated() {
  const client = new Database(':memory:');
  migrate(client, 'memory');
  return client;
}

/** Words of an index definition, whatever its line breaks. */
function plain(sql: string): string {
  return sql.replace(/\s+/g, ' ').replaceAll('"', '').toLowerCase();
}

describe('schema.ts', () => {
  it('names the tables that the migrations make', () => {
    const client = migrated();

    const made = client
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();

    const described = Object.values(schema).map(table => getTableConfig(table).name);
    expect(made.sort()).toEqual([...described, 'migration'].sort());
  });

  it.each(Object.values(schema).map(table => [getTableConfig(table).name, table] as const))(
    'describes %s as it is',
    (name, table) => {
      const client = migrated();
      const config = getTableConfig(table);
      const columns = client.prepare('SELECT name, type, "notnull", pk FROM pragma_table_info(?)').all(name) as {
        name: string;
        type: string;
        notnull: number;
        pk: number;
      }[];
      const indexes = client
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL")
        .all(name);

      const key = [
        ...config.primaryKeys.flatMap(each => each.columns),
        ...config.columns.filter(column => column.primary),
      ];
      expect(columns.map(({ name: column, type, pk }) => [column, type, pk])).toEqual(
        config.columns.map(column => [
          column.name,
          column.getSQLType().toUpperCase(),
          key.findIndex(each => each.name === column.name) + 1,
        ]),
      );
      for (const column of columns) {
        // An integer key is never null, and SQLite does not say so.
        const described = config.columns.find(each => each.name === column.name)!;
        if (!(column.pk === 1 && column.type === 'INTEGER'))
          expect(column.notnull === 1, column.name).toBe(described.notNull);
      }
      const described = config.indexes.map(({ config: each }) => {
        const on = each.columns.map(column => ('name' in column ? column.name : '')).join(', ');
        const where =
          each.where === undefined
            ? ''
            : ` where ${each.where.queryChunks.map(chunk => (chunk as { value: string[] }).value.join('')).join('')}`;
        return plain(`create ${each.unique ? 'unique ' : ''}index ${each.name} on ${name} (${on})${where}`);
      });
      expect((indexes as { sql: string }[]).map(index => plain(index.sql)).sort()).toEqual(described.sort());
    },
  );
});

describe('every table', () => {
  it('is strict, so that a column holds what it says', () => {
    const strict = migrated()
      .prepare("SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();

    expect(new Set(strict)).toEqual(new Set([1]));
  });

  it('but one holds no personal data, beside the kept bytes', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    const store = await openStore(`sqlite:${path}`);
    const canary = 'canary@example.com';
    await kept(store, inboundRow('inb_1', { text: `{"email":"${canary}"}` }));
    await store.claimInbound({ owner: 'worker', nowMs: T0, leaseMs: 1000, limit: 1 });
    const shopper = { email: { value: canary, at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } };
    await store.record(
      [group([write('ret_1', { shopper, events: [event('a', 1, ['refunds'])] })], [outcome('inb_1')])],
      T0,
    );
    await store.close();

    const client = new Database(path);
    const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    const holding = tables.filter(name =>
      JSON.stringify(client.prepare(`SELECT * FROM "${name}"`).all(), asText).includes(canary),
    );
    client.close();

    expect(holding.sort()).toEqual(['inbound_body', 'shopper']);
  });
});

/** Bytes as the text they hold. */
function asText(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  return Buffer.isBuffer(own) ? own.toString('latin1') : value;
}

describe('migrate', () => {
  it('does nothing on a store that is up to date', () => {
    const client = migrated();

    migrate(client, 'memory');

    expect(client.prepare('SELECT number, name FROM migration').all()).toEqual(
      sqliteMigrations().map(({ number, name }) => ({ number, name })),
    );
  });

  it('leaves nothing of a migration that fails', () => {
    const client = migrated();
    const last = sqliteMigrations().length;
    const broken = { number: last + 1, name: 'broken', sql: 'CREATE TABLE half (a) STRICT; NONSENSE', digest: 'x' };

    expect(() => migrate(client, 'memory', [...sqliteMigrations(), broken])).toThrow();

    expect(client.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").pluck().get()).toBe(0);
    expect(client.prepare('SELECT max(number) FROM migration').pluck().get()).toBe(last);
  });
});
