import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adapters, exampleAdapters } from '../adapters.ts';
import type { LoadedConfig } from '../config/config.ts';
import { spelling } from '../config/config-problem.ts';
import { loadConfig, readEnvironment } from '../config/load-config.ts';
import { ADMIN_TOKEN, DEMO_FOLDER } from '../demo/sample-folder.ts';
import { Slug } from '../model/ids.ts';
import type { CliCall, CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { flag } from './options.ts';

/** Whom `trigger` sends to, and as whom. */

/** Everybody's webhooks, the fictional provider's included: nothing here is served. */
const ALL = [...adapters, ...exampleAdapters];

export interface Target {
  readonly config: LoadedConfig;
  /** Where the gateway is found. */
  readonly env: CliDeps['env'];
}

export async function openTarget({ options }: CliCall, deps: CliDeps): Promise<Target> {
  return flag(options, 'demo') ? await loadDemo() : await loadOwn(deps);
}

export function checkAdapter(id: string): void {
  const ids = ALL.map(adapter => adapter.id);
  if (Slug.safeParse(id).success && ids.includes(id)) return;
  const remedy = spelling(id, ids.toSorted(), 'adapters');
  throw new CliError(`There is no adapter ${id}; ${remedy}${remedy.endsWith('?') ? '' : '.'}`);
}

async function loadOwn({ env }: CliDeps): Promise<Target> {
  const { configDirectory: directory } = readEnvironment(env);
  const config = await loadConfig({ directory, adapters: ALL, ...(env === undefined ? {} : { env }) });
  return { config, env };
}

/** The demo makes its secrets and its token at its first run, and writes where it listens into its configuration. */
async function loadDemo(): Promise<Target> {
  let text: string;
  try {
    text = await readFile(join(DEMO_FOLDER, 'secrets.json'), 'utf8');
  } catch (cause) {
    throw new CliError('There is no demo yet: start it with "npm run demo".', { cause });
  }
  const secrets = JSON.parse(text) as Readonly<Record<string, string>>;
  const config = await loadConfig({ directory: join(DEMO_FOLDER, 'config'), adapters: ALL, env: secrets });
  return { config, env: { RETOUR_URL: config.gateway.publicUrl, RETOUR_TOKEN: secrets[ADMIN_TOKEN] } };
}
