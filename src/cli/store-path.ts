import { resolve } from 'node:path';
import { readEnvironment } from '../config/load-config.ts';
import type { CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';

/** The file that RETOUR_DATABASE_URL names. Throws where that is another kind of store. */
export function storePath({ env }: Pick<CliDeps, 'env'>): string {
  const { databaseUrl } = readEnvironment(env);
  const path = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  if (path !== undefined) return resolve(path);
  throw new CliError('RETOUR_DATABASE_URL names no SQLite store; a PostgreSQL database has tools of its own for this.');
}
