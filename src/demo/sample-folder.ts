import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { adapters, exampleAdapters } from '../adapters.ts';
import { GatewayError } from '../gateway-error.ts';

/** The demo's folder: its secrets, its copy of the sample configuration, its store and its log. Everything in one place. */

const ROOT = new URL('../../', import.meta.url);
const SAMPLE = fileURLToPath(new URL('config/sample', ROOT));

/** Where `npm run demo` keeps everything, and what `--reset` deletes. */
export const DEMO_FOLDER = fileURLToPath(new URL('.data/demo', ROOT));

/** What stands in the sample files, and is replaced where these ports are taken. */
export const SAMPLE_GATEWAY = 'http://127.0.0.1:8080';
export const SAMPLE_SHOP_PORT = 4100;
const SAMPLE_SHOP = `http://127.0.0.1:${SAMPLE_SHOP_PORT}`;
const SAMPLE_PROVIDER = 'http://127.0.0.1:4200';

export const ADMIN_TOKEN = 'RETOUR_ADMIN_TOKEN';

export interface SampleFolder {
  readonly configDirectory: string;
  readonly databaseUrl: string;
  readonly logFile: string;
  /** Every secret the sample accounts ask for, and the administrator's token. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws where a copy of the repository lacks what the demo plays; one made for production often does. */
export function requireSample(root: URL = ROOT): void {
  const missing = ['config/sample', 'fixtures'].filter(path => !existsSync(new URL(path, root)));
  if (missing.length === 0) return;
  throw new GatewayError(
    'CONFIG_INVALID',
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not there, and the demo plays what stands in ${missing.length === 1 ? 'it' : 'them'}: run it in a whole checkout of the repository.`,
  );
}

/** Makes what is missing; secrets and store that are there from an earlier run stay. */
export async function prepareFolder(
  folder: string,
  at: { readonly gatewayUrl: string; readonly shopUrl: string; readonly providerUrl: string },
): Promise<SampleFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configDirectory = join(folder, 'config');
  await rm(configDirectory, { recursive: true, force: true });
  await cp(SAMPLE, configDirectory, { recursive: true });
  const names = new Set<string>();
  const pairs = new Set<string>();
  for (const file of await yamlFiles(configDirectory)) {
    const text = await readFile(file, 'utf8');
    for (const [, name] of text.matchAll(/\benv:\s*([A-Z_][A-Z0-9_]*)/g)) names.add(name!);
    for (const name of basicSecrets(text)) pairs.add(name);
    const placed = text
      .replaceAll(SAMPLE_SHOP, at.shopUrl)
      .replaceAll(SAMPLE_PROVIDER, at.providerUrl)
      .replaceAll(SAMPLE_GATEWAY, at.gatewayUrl);
    await writeFile(file, placed.replaceAll('$schema=../', '$schema=../../../config/'));
  }
  return {
    configDirectory,
    databaseUrl: `sqlite:${join(folder, 'retour.db')}`,
    logFile: join(folder, 'gateway.log'),
    secrets: await ensureSecrets(join(folder, 'secrets.json'), [...names, ADMIN_TOKEN], pairs),
  };
}

async function yamlFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter(name => name.endsWith('.yaml')).map(name => join(directory, name));
}

/** One file that only its owner may read. A secret once made stays, so that what was signed with it stays readable. */
async function ensureSecrets(
  file: string,
  names: readonly string[],
  pairs: ReadonlySet<string>,
): Promise<Readonly<Record<string, string>>> {
  const known = await readSecrets(file);
  const missing = names.filter(name => known[name] === undefined);
  if (missing.length === 0) return known;
  const secrets = { ...known, ...Object.fromEntries(missing.map(name => [name, makeSecret(name, pairs.has(name))])) };
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

async function readSecrets(file: string): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return {};
    throw error;
  }
}

/** The form that Standard Webhooks asks for; any other way of signing takes it as a plain text. */
function makeSecret(name: string, isPair: boolean): string {
  if (name === ADMIN_TOKEN) return `rtk_${randomBytes(32).toString('base64url')}`;
  return isPair ? `sample:${randomBytes(24).toString('base64url')}` : anySecret();
}

/** Secrets of connections that are proven by HTTP Basic: a user name and a password. */
function basicSecrets(text: string): readonly string[] {
  const account = parse(text) as { readonly connections?: Readonly<Record<string, SampleConnection>> } | null;
  return Object.values(account?.connections ?? {}).flatMap(({ adapter: id, settings, secrets }) => {
    const adapter = [...adapters, ...exampleAdapters].find(one => one.id === id);
    const read = adapter?.settings.safeParse(settings ?? {}).data as
      | { readonly verification?: { readonly scheme: string } }
      | undefined;
    return read?.verification?.scheme === 'basic' ? (secrets?.webhook ?? []).flatMap(({ env }) => env ?? []) : [];
  });
}

interface SampleConnection {
  readonly adapter: string;
  readonly settings?: unknown;
  readonly secrets?: { readonly webhook?: readonly { readonly env?: string }[] };
}

export function anySecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
