import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { adapters } from '../adapters.ts';
import type { LoadedConfig } from '../config/config.ts';
import { formatProblem } from '../config/config-problem.ts';
import { readConfig, readEnvironment } from '../config/load-config.ts';
import type { ProcessSettings } from '../config/process-settings.ts';
import type { Environment } from '../config/secret-reference.ts';
import { GatewayError } from '../gateway-error.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';
import { plural } from './words.ts';

/** The process's settings, the configuration folder, and the secrets it refers to. */

export function checkEnvironment(env: Environment | undefined): {
  readonly check: Check;
  readonly settings: ProcessSettings | null;
} {
  try {
    const settings = readEnvironment(env);
    return { check: ok('settings', `RETOUR_CONFIG is ${settings.configDirectory}`), settings };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const message = error.errors.map(detail => `${detail.pointer} ${detail.message}`).join('; ');
    return { check: fail('settings', message, 'correct the environment of the process'), settings: null };
  }
}

export async function checkConfiguration(
  { configDirectory }: ProcessSettings,
  env: Environment | undefined,
): Promise<readonly Check[]> {
  const request = { directory: configDirectory, adapters, ...(env === undefined ? {} : { env }) };
  const result = await readConfig(request);
  if (result.outcome === 'refused') {
    return result.problems.map(problem => {
      const name = problem.code === 'SECRET_MISSING' ? 'secrets' : 'configuration';
      return fail(name, formatProblem({ ...problem, remedy: '' }).replace(/; $/, ''), problem.remedy);
    });
  }
  const { config } = result;
  const connections = [...config.accounts.values()].reduce((sum, { connections: all }) => sum + all.size, 0);
  const destinations = [...config.accounts.values()].reduce((sum, { destinations: all }) => sum + all.size, 0);
  const counts = [
    plural(config.accounts.size, 'account'),
    plural(connections, 'connection'),
    plural(destinations, 'destination'),
  ];
  const findings = config.findings.map(({ file, line, message }) =>
    warn('configuration', `${file}:${line} ${message}`, 'make sure that this is meant'),
  );
  const configuration =
    config.accounts.size === 0
      ? warn('configuration', 'no account yet', `add ${configDirectory}/accounts/{account}.yaml (config/reference.md)`)
      : ok('configuration', counts.join(', '));
  return [configuration, ...findings, ...checkSecrets(config, configDirectory)];
}

/** That they are there, loading has found out; whether others may read them, it has not. */
function checkSecrets({ files }: LoadedConfig, directory: string): readonly Check[] {
  const named = [...new Set(files.flatMap(file => secretFiles(file.content)))];
  const open = named.flatMap(name => {
    const path = resolve(directory, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined || !isOpenToOthers(stats) ? [] : [path];
  });
  if (open.length === 0) return [ok('secrets', 'every one is there')];
  return open.map(path => warn('secrets', `${path} may be read by others`, `chmod 600 ${path}`));
}

/** Every `{ file: … }` below a `secrets` key. */
function secretFiles(value: unknown, isSecret = false): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (isSecret && key === 'file' && typeof part === 'string') return [part];
    return secretFiles(part, isSecret || key === 'secrets');
  });
}

/** Anybody may read it, or somebody else may write it. Windows knows no such modes. */
export function isOpenToOthers({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o027) !== 0;
}
