import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { shape } from './schema.ts';
import { sql } from './sql.ts';
import { given, rowsOf, sorted, statement } from './statement.ts';

type Key = Pick<typeof shape.$inferSelect, 'account' | 'connection' | 'type'>;

const load = statement<typeof shape.$inferSelect>(
  sql`SELECT * FROM shape WHERE account = ${given('account')} AND connection = ${given('connection')}`,
);
/** In the order of the keys, so that two processes never wait for each other in a circle. */
const lock = statement<{ version: number }>(
  sql`SELECT s.version FROM ${rowsOf(shape)} r
    JOIN shape s ON s.account = r.account AND s.connection = r.connection AND s.type = r.type
    ORDER BY s.account, s.connection, s.type FOR UPDATE OF s`,
);
const insert = statement<Key>(
  sql`INSERT INTO shape AS s (account, connection, type, version, content)
    SELECT account, connection, type, 1, content FROM ${rowsOf(shape)} r WHERE version = 0
    ON CONFLICT DO NOTHING RETURNING s.account, s.connection, s.type`,
);
const update = statement<Key>(
  sql`UPDATE shape s SET version = s.version + 1, content = r.content FROM ${rowsOf(shape)} r
    WHERE s.account = r.account AND s.connection = r.connection AND s.type = r.type AND s.version = r.version
      AND r.version > 0
    RETURNING s.account, s.connection, s.type`,
);

function keyOf({ account, connection, type }: Key): string {
  return JSON.stringify([account, connection, type]);
}

/** What is known of the bodies of each notice type. */
export function createShapes(database: Database): Pick<Store, 'loadShapes' | 'saveShapes'> {
  return {
    loadShapes: database.operation(async (account, connection) => {
      const rows = await database.all(load, { account, connection });
      return rows.map(row => ({ ...row, content: JSON.parse(row.content) }));
    }),

    saveShapes: database.operation(async shapes => {
      if (shapes.length === 0) return [];
      const rows = sorted(
        shapes,
        row => row.account,
        row => row.connection,
        row => row.type,
      );
      const written = await database.transaction(async tx => {
        await tx.all(lock, { rows });
        return [...(await tx.all(insert, { rows })), ...(await tx.all(update, { rows }))].map(keyOf);
      });
      const keys = new Set(written);
      return shapes.map(row => keys.has(keyOf(row)));
    }),
  };
}
