import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { GatewayError } from '../gateway-error.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

/** The migrations of this version: `0001_name.sql`, without gaps, in order. */
export function readMigrations(folder: URL): readonly Migration[] {
  const files = readdirSync(folder).filter(file => /^\d{4}_.+\.sql$/.test(file));
  return files.sort().map((file, index) => {
    const number = Number(file.slice(0, 4));
    if (number !== index + 1) throw new GatewayError('BUG', `The migration before ${file} is missing.`);
    const sql = readFileSync(new URL(file, folder), 'utf8');
    return { number, name: file.slice(5, -4), sql, digest: createHash('sha256').update(sql).digest('hex') };
  });
}

/** What of the known migrations a store lacks. Refuses one that a newer program wrote, or another build. */
export function pendingOf(
  applied: readonly Pick<Migration, 'number' | 'digest'>[],
  known: readonly Migration[],
  store: string,
): readonly Migration[] {
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > known.length) {
    throw new GatewayError(
      'STORE_TOO_NEW',
      `The store ${store} has version ${newest}; this program knows versions up to ${known.length}: start the version of the program that wrote it, or restore a backup of this version.`,
    );
  }
  for (const { number, digest } of applied) {
    if (known[number - 1]?.digest !== digest) {
      throw new GatewayError(
        'STORE_UNAVAILABLE',
        `The store ${store} was made by another build: version ${number} differs.`,
      );
    }
  }
  return known.slice(newest);
}
