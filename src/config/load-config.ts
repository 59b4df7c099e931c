import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter } from '../adapter/define-adapter.ts';
import { Secret } from '../adapter/secret.ts';
import { GatewayError } from '../gateway-error.ts';
import { Slug } from '../model/ids.ts';
import type { AccountConfig, ConfigFile, ConfigFinding, LoadedConfig } from './config.ts';
import { type ConfigProblem, nearest, problemsError, START } from './config-problem.ts';
import { GATEWAY_NOT_YET, GatewayConfig } from './gateway-config.ts';
import { loadAccount } from './load-account.ts';
import { type ProcessSettings, parseEnvironment } from './process-settings.ts';
import { readYaml, type YamlFile } from './read-yaml.ts';
import { schemaProblems } from './schema-problems.ts';
import type { Environment, ReadFile } from './secret-reference.ts';

/** Reads a configuration folder: `retour.yaml` and `accounts/*.yaml`. The one file that reads `process.env`. */

export interface LoadRequest {
  readonly directory: string;
  readonly adapters: readonly Adapter[];
  /** Where `{ env }` references are looked up. Default the process's own. */
  readonly env?: Environment;
  readonly readFile?: ReadFile;
}

export type ConfigResult =
  | { readonly outcome: 'loaded'; readonly config: LoadedConfig }
  | { readonly outcome: 'refused'; readonly problems: readonly ConfigProblem[] };

const MAX_FILE_BYTES = 1_048_576;
const GATEWAY_FILE = 'retour.yaml';

/** The settings of the process (`RETOUR_…`). Throws `CONFIG_INVALID` with everything that is wrong with them. */
export function readEnvironment(env: Environment = process.env): ProcessSettings {
  return parseEnvironment(env);
}

/** Where the command was typed: npm runs it in the folder of the repository, and keeps the other one in INIT_CWD. */
export function readTypedFolder(env: Environment = process.env): string {
  return env.INIT_CWD || process.cwd();
}

/** Where the command line finds a running gateway. */
export interface RemoteSettings {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: Secret | null;
}

/** `RETOUR_URL` (default http://127.0.0.1:8080) and `RETOUR_TOKEN`. Throws `CONFIG_INVALID`; quotes no value. */
export function readRemote(env: Environment = process.env): RemoteSettings {
  const { RETOUR_URL = 'http://127.0.0.1:8080', RETOUR_TOKEN = '' } = env;
  const url = URL.parse(RETOUR_URL);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== ''
  ) {
    throw new GatewayError('CONFIG_INVALID', 'RETOUR_URL is not a base URL; write it as http://127.0.0.1:8080.');
  }
  const token = RETOUR_TOKEN.trim();
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new GatewayError('CONFIG_INVALID', 'RETOUR_TOKEN cannot stand in a header; copy the token again.');
  }
  return { url: url.href.replace(/\/+$/, ''), token: token === '' ? null : new Secret(token) };
}

/** Like `readConfig`, with all problems in one `CONFIG_INVALID` or `SECRET_MISSING`. */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const result = await readConfig(request);
  if (result.outcome === 'loaded') return result.config;
  throw problemsError(request.directory, result.problems);
}

/** The whole folder, resolved, or everything that is wrong with it, file by file. A folder without accounts is whole. */
export async function readConfig({
  directory,
  adapters,
  env = process.env,
  readFile = readAtMost,
}: LoadRequest): Promise<ConfigResult> {
  const problems: ConfigProblem[] = [];
  const findings: ConfigFinding[] = [];
  const files: ConfigFile[] = [];
  const accounts = new Map<string, AccountConfig>();

  const names = await listFolder(directory, problems);
  const gatewayFile =
    names?.gateway === true ? await readConfigFile(GATEWAY_FILE, directory, readFile, problems) : null;
  const gateway = gatewayFile === null ? null : parseGateway(gatewayFile.yaml, problems);
  if (gatewayFile !== null) files.push(describeFile(gatewayFile, 'gateway', null));
  // A broken retour.yaml raises no false alarms about destinations: every network passes, and nothing is loaded anyway.
  const delivery = gateway?.delivery ?? { timeoutMs: 15_000, allowNetworks: ['0.0.0.0/0', '::/0'] };
  for (const id of names?.accounts ?? []) {
    const read = await readConfigFile(`accounts/${id}.yaml`, directory, readFile, problems);
    if (read === null) continue;
    const loaded = await loadAccount(id, read.path, read.yaml, { directory, env, readFile, adapters, delivery });
    problems.push(...loaded.problems);
    findings.push(...loaded.findings);
    files.push(describeFile(read, 'account', id));
    if (loaded.account !== null) accounts.set(id, loaded.account);
  }
  if (gateway === null || problems.length > 0) return { outcome: 'refused', problems: problems.toSorted(byPlace) };
  return { outcome: 'loaded', config: { gateway, accounts, files, findings } };
}

/** retour.yaml first, then by file and line. */
function byPlace(one: ConfigProblem, other: ConfigProblem): number {
  const rank = (problem: ConfigProblem) => `${problem.file.includes('/') ? 1 : 0}${problem.file}`;
  if (rank(one) !== rank(other)) return rank(one) < rank(other) ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}

function parseGateway(yaml: YamlFile, problems: ConfigProblem[]): GatewayConfig | null {
  const parsed = GatewayConfig.safeParse(yaml.value ?? {});
  if (parsed.success) return parsed.data;
  problems.push(
    ...schemaProblems(parsed.error, {
      file: GATEWAY_FILE,
      yaml,
      path: [],
      schema: GatewayConfig,
      notYet: GATEWAY_NOT_YET,
    }),
  );
  return null;
}

interface FolderNames {
  readonly gateway: boolean;
  /** Account ids, sorted. */
  readonly accounts: readonly string[];
}

/** Which files there are. Whatever looks like configuration and would not be read is a problem, never passed over. */
async function listFolder(directory: string, problems: ConfigProblem[]): Promise<FolderNames | null> {
  const refuse = (file: string, message: string, remedy: string) =>
    void problems.push({ code: 'CONFIG_INVALID', file, ...START, key: '', message, remedy });
  let top: readonly string[];
  try {
    top = await readdir(directory);
  } catch (error) {
    const state = (error as { code?: unknown }).code === 'ENOENT' ? 'does not exist' : 'is no folder that can be read';
    refuse('.', `the configuration folder ${state}`, 'set RETOUR_CONFIG to the folder that holds retour.yaml');
    return null;
  }
  for (const name of top) {
    if (name === GATEWAY_FILE || name === 'accounts') continue;
    if (name === 'policies') refuse(name, 'does nothing yet: policies are not applied', 'take the folder out');
    else if (/\.ya?ml$/i.test(name))
      refuse(name, 'is not read', `only ${GATEWAY_FILE} and accounts/*.yaml are; rename it or take it out`);
    else if (nearest(name, ['accounts']) !== null) refuse(name, 'is not read', 'did you mean accounts?');
  }
  const gateway = top.includes(GATEWAY_FILE);
  if (!gateway)
    refuse(
      GATEWAY_FILE,
      'is missing',
      'add it (an empty file takes every default), or set RETOUR_CONFIG to the right folder',
    );
  if (!top.includes('accounts')) return { gateway, accounts: [] };
  let names: readonly string[];
  try {
    names = await readdir(join(directory, 'accounts'));
  } catch {
    refuse('accounts', 'is no folder that can be read', 'make it a folder of account files');
    return { gateway, accounts: [] };
  }
  const accounts: string[] = [];
  for (const name of names.toSorted()) {
    const id = /^(.*)\.yaml$/.exec(name)?.[1];
    if (id !== undefined && Slug.safeParse(id).success) accounts.push(id);
    // Hidden files (.gitkeep, the links of mounted volumes) are nobody's account.
    else if (name.startsWith('.') && !/\.ya?ml$/i.test(name)) continue;
    else if (id !== undefined)
      refuse(
        `accounts/${name}`,
        'has a name that is no account id',
        'use lower-case letters, digits and hyphens, 63 at most',
      );
    else refuse(`accounts/${name}`, 'is not read', 'account files are named {account}.yaml; rename it or take it out');
  }
  return { gateway, accounts };
}

interface ReadConfigFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly yaml: YamlFile;
}

async function readConfigFile(
  path: string,
  directory: string,
  readFile: ReadFile,
  problems: ConfigProblem[],
): Promise<ReadConfigFile | null> {
  const refuse = (message: string, remedy: string): null => {
    problems.push({ code: 'CONFIG_INVALID', file: path, ...START, key: '', message, remedy });
    return null;
  };
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(directory, path), MAX_FILE_BYTES);
  } catch (error) {
    const { code } = error as { code?: unknown };
    return refuse(
      `cannot be read (${typeof code === 'string' ? code : 'unknown reason'})`,
      'make it a file that the gateway may read',
    );
  }
  if (bytes.length > MAX_FILE_BYTES) return refuse('is larger than 1 MiB', 'make it smaller');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('is not UTF-8 text', 'save it as UTF-8');
  }
  const yaml = readYaml(text);
  if (yaml.faults.length === 0) return { path, bytes, yaml };
  for (const { position, key, message, remedy } of yaml.faults) {
    problems.push({ code: 'CONFIG_INVALID', file: path, ...position, key, message, remedy });
  }
  return null;
}

function describeFile(
  { path, bytes, yaml }: ReadConfigFile,
  kind: ConfigFile['kind'],
  account: string | null,
): ConfigFile {
  return { path, digest: createHash('sha256').update(bytes).digest('hex'), kind, account, content: yaml.value };
}

/** Reads no more than asked, so that a wrong path (a device, a database) cannot fill the memory. */
async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const buffer = new Uint8Array(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
