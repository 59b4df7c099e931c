import { readEnvironment } from '../config/load-config.ts';
import { storeOf } from '../storage/store-url.ts';
import type { CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';

/** The file that RETOUR_DATABASE_URL names. Throws with the `instead` where that is a PostgreSQL database. */
export function storePath({ env }: Pick<CliDeps, 'env'>, instead: string): string {
  const store = storeOf(readEnvironment(env).databaseUrl);
  if (store.kind === 'sqlite') return store.path;
  throw new CliError(
    `RETOUR_DATABASE_URL names a PostgreSQL database, which has tools of its own for this: ${instead}.`,
  );
}
