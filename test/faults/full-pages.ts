import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Loaded before a gateway where nobody may make a file system: while the rig says so, its store may not grow by one page.
// From inside SQLite a disk that is full looks the same.

const NO_LIMIT = 1_000_000_000;

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof import('better-sqlite3');
const connections: InstanceType<typeof Database>[] = [];
const { pragma } = Database.prototype;

Database.prototype.pragma = function noted(this: InstanceType<typeof Database>, ...given) {
  const answer = pragma.apply(this, given);
  if (given[0] === 'journal_mode = WAL') connections.push(this);
  return answer;
};

if (isMainThread) {
  process.on('message', (message: { readonly disk?: 'full' | 'free' }) => {
    if (message.disk === undefined) return;
    for (const connection of connections) {
      const pages = pragma.call(connection, 'page_count', { simple: true }) as number;
      pragma.call(connection, `max_page_count = ${message.disk === 'full' ? pages : NO_LIMIT}`);
    }
  });
  process.channel?.unref();
}
