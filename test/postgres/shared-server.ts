import type { TestProject } from 'vitest/node';
import { startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server for all tests of a run; each makes databases of its own. Its commits reach no disk. */
    readonly postgres: string;
  }
}

/** One PostgreSQL for the whole run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ durable: false, settings: ['max_connections=300', 'shared_buffers=64MB'] });
  provide('postgres', server.url());
  return () => server.remove();
}
