import { resolve } from 'node:path';
import { readTypedFolder } from '../config/load-config.ts';
import type { CliDeps } from './cli-command.ts';

/** The file that was meant: a relative path begins in the folder where it was typed. */
export function typedPath(path: string, { env }: Pick<CliDeps, 'env'>): string {
  return resolve(readTypedFolder(env), path);
}
