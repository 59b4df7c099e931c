import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/storage/postgres/database.ts';
import { createPartitions } from '../../../src/storage/postgres/partitions.ts';
import { timer } from '../../../src/storage/postgres/schema.ts';
import { sql } from '../../../src/storage/postgres/sql.ts';
import { given, rowsOf, statement } from '../../../src/storage/postgres/statement.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

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
