import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/storage/postgres/database.ts';
import { createPartitions } from '../../../src/storage/postgres/partitions.ts';
import { timer } from '../../../src/storage/postgres/schema.ts';
import { sql } from '../../../src/storage/postgres/sql.ts';
import { given, rowsOf, statement } from '../../../src/storage/postgres/statement.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';
import { freshDatabase } from './fresh-database.ts';

const texts = statement<{ subject: string }>(sql`SELECT subject FROM ${rowsOf(timer)} r`);
const alone = statement<{ text: string }>(sql`SELECT ${given('text')}::text AS text`);

it.each([
  ['every other character', '\u0001 \t " \\ ü 😀', '\u0001 \t " \\ ü 😀'],
  ['U+0000', 'a\0b', 'a\uFFFDb'],
  ['the first half of a character', 'a\ud83d', 'a\uFFFD'],
  ['the second half of a character', '\ude00b', '\uFFFDb'],
  ['what looks like an escape and is none', '\\u0000 \\\\ud83d', '\\u0000 \\\\ud83d'],
])('PostgreSQL keeps %s of a text', async (_, given, kept) => {
  const url = await emptyDatabase();
  onTestFinished(() => dropDatabase(url));
  const database = openDatabase(
    url,
    createPartitions(() => database),
  );
  onTestFinished(() => database.close());

  const answers = [
    (await database.get(texts, { rows: [{ subject: given }] }))!.subject,
    (await database.get(alone, { text: given }))!.text,
  ];

  expect(answers).toEqual([kept, kept]);
});

it('a statement prepared before a table got another column goes on, alone and within a transaction, and is prepared again', async () => {
  const { another, query } = await freshDatabase();
  await query('CREATE TABLE thing (one integer); INSERT INTO thing VALUES (1)');
  const { database } = another();
  const all = statement<object>(sql`SELECT * FROM thing`);
  const inTransaction = () => database.transaction(tx => tx.all(all));
  await Promise.all([database.all(all), database.all(all), inTransaction()]);

  await query('ALTER TABLE thing ADD COLUMN two integer DEFAULT 2');
  const [alone, within] = [await database.all(all), await inTransaction()];
  await query('ALTER TABLE thing ADD COLUMN three integer DEFAULT 3');
  const [withinAgain, aloneAgain] = [await inTransaction(), await database.all(all)];
  const prepared = await database.transaction(async tx => {
    await tx.all(all);
    return tx.all(
      statement<{ name: string }>(sql`SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT * FROM thing'`),
    );
  });

  expect([alone, within]).toEqual([[{ one: 1, two: 2 }], [{ one: 1, two: 2 }]]);
  expect([withinAgain, aloneAgain]).toEqual([[{ one: 1, two: 2, three: 3 }], [{ one: 1, two: 2, three: 3 }]]);
  expect(prepared.map(({ name }) => name)).toContain(`${all.name}2`);
});
