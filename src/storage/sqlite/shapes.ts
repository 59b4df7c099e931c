import type { Store } from '../store.ts';
import type { shape } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

/** What is known of the bodies of each notice type. A power cut may forget what came last. */
export function createShapes(writer: Writer): Pick<Store, 'loadShapes' | 'saveShapes'> {
  const { client } = writer;
  const load = prepare<typeof shape.$inferSelect>(
    client,
    sql`SELECT * FROM shape WHERE account = ${given('account')} AND connection = ${given('connection')}`,
  );
  const insert = prepare(
    client,
    sql`INSERT INTO shape (account, connection, type, version, content)
      VALUES (${given('account')}, ${given('connection')}, ${given('type')}, 1, ${given('content')})
      ON CONFLICT DO NOTHING`,
  );
  const update = prepare(
    client,
    sql`UPDATE shape SET version = version + 1, content = ${given('content')}
      WHERE account = ${given('account')} AND connection = ${given('connection')} AND type = ${given('type')}
        AND version = ${given('version')}`,
  );

  return {
    loadShapes: operation((account, connection) =>
      load.all({ account, connection }).map(row => ({ ...row, content: JSON.parse(row.content) })),
    ),

    saveShapes: operation(shapes =>
      writer.relaxed(() =>
        shapes.map(row => {
          const values = { ...row, content: JSON.stringify(row.content) };
          return (row.version === 0 ? insert : update).run(values).changes === 1;
        }),
      ),
    ),
  };
}
