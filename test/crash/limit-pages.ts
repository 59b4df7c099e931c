import { createRequire } from 'node:module';

// Loaded before the gateway by a test: its store may hold so many pages and no more, until SIGUSR2 lifts the limit.
// A disk that is full looks the same from inside SQLite, and nobody has to be root.

const LIMIT = 600; // of 4 KiB
const NO_LIMIT = 1_000_000_000;

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof import('better-sqlite3');
const connections: InstanceType<typeof Database>[] = [];
const { pragma } = Database.prototype;

Database.prototype.pragma = function limited(this: InstanceType<typeof Database>, ...given) {
  const answer = pragma.apply(this, given);
  if (given[0] === 'journal_mode = WAL') {
    pragma.call(this, `max_page_count = ${LIMIT}`);
    connections.push(this);
  }
  return answer;
};

process.on('SIGUSR2', () => {
  for (const connection of connections) pragma.call(connection, `max_page_count = ${NO_LIMIT}`);
});
