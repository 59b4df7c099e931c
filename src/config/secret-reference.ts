import { resolve } from 'node:path';
import { Secret } from '../adapter/secret.ts';
import { type ConfigProblem, dotted, nearest } from './config-problem.ts';
import type { YamlFile } from './read-yaml.ts';

/** `{ env: NAME }` and `{ file: path }`: where a secret is found. A secret itself never stands in a configuration file. */

/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;
/** Up to `maxBytes` + 1 bytes of a file; rejects as `node:fs` does. */
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array>;

export interface SecretSource {
  /** The configuration folder; relative paths of `{ file }` start there. */
  readonly directory: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
}

export interface SecretPlace {
  readonly file: string;
  readonly yaml: YamlFile;
}

const MAX_SECRET_BYTES = 65_536;

export type Resolution =
  | { readonly outcome: 'resolved'; readonly value: unknown }
  | { readonly outcome: 'refused'; readonly problems: readonly ConfigProblem[] };

/**
 * Resolves every reference in a `secrets` value, in maps and lists alike. From a file one line end at the end is
 * taken off; a variable counts as it is. Missing, blank, unreadable, or named both ways: `SECRET_MISSING`.
 */
export async function resolveSecrets(
  value: unknown,
  path: readonly PropertyKey[],
  place: SecretPlace,
  source: SecretSource,
): Promise<Resolution> {
  const problems: ConfigProblem[] = [];
  const refuse = (code: ConfigProblem['code'], at: readonly PropertyKey[], message: string, remedy: string) =>
    void problems.push({ code, file: place.file, ...place.yaml.at(at), key: dotted(at), message, remedy });

  async function walk(current: unknown, at: readonly PropertyKey[]): Promise<unknown> {
    if (Array.isArray(current)) return Promise.all(current.map((entry, index) => walk(entry, [...at, index])));
    if (typeof current !== 'object' || current === null) {
      refuse(
        'CONFIG_INVALID',
        at,
        'is not a secret reference',
        'write { env: NAME } or { file: path }; a secret itself never stands in this file',
      );
      return null;
    }
    const keys = Object.keys(current);
    if (at.length === path.length || (!keys.includes('env') && !keys.includes('file'))) {
      const entries = await Promise.all(
        Object.entries(current).map(async ([key, entry]) => [key, await walk(entry, [...at, key])] as const),
      );
      return Object.fromEntries(entries);
    }
    const { env, file } = current as { env?: unknown; file?: unknown };
    if (env !== undefined && file !== undefined) {
      refuse('SECRET_MISSING', at, 'names both an environment variable and a file', 'keep one of env and file');
      return null;
    }
    if (keys.length > 1) {
      refuse(
        'CONFIG_INVALID',
        at,
        'has more keys than env or file',
        'write { env: NAME } or { file: path } and nothing else',
      );
      return null;
    }
    return env !== undefined ? fromEnvironment(env, [...at, 'env']) : fromFile(file, [...at, 'file']);
  }

  function fromEnvironment(name: unknown, at: readonly PropertyKey[]): Secret | null {
    if (typeof name !== 'string' || !/^[A-Z_][A-Z0-9_]{0,199}$/.test(name)) {
      // Not quoted: the usual mistake is the secret itself in the place of the name.
      refuse(
        'CONFIG_INVALID',
        at,
        'is not the name of an environment variable',
        'write the name in capitals, digits and _, never the secret itself',
      );
      return null;
    }
    const text = source.env[name];
    if (text !== undefined && text.trim() !== '') return new Secret(text);
    const state = text === undefined ? 'not set' : 'empty';
    const near = text === undefined ? nearest(name, Object.keys(source.env)) : null;
    const remedy = near === null ? `set ${name} before the gateway starts` : `set it, or did you mean ${near}?`;
    refuse('SECRET_MISSING', at, `the environment variable ${name} is ${state}`, remedy);
    return null;
  }

  async function fromFile(name: unknown, at: readonly PropertyKey[]): Promise<Secret | null> {
    if (typeof name !== 'string' || name === '' || name.length > 1000 || /\p{Cc}/u.test(name)) {
      refuse(
        'CONFIG_INVALID',
        at,
        'is not the path of a file',
        'write the path of a file that holds the secret and nothing else',
      );
      return null;
    }
    // The path is not quoted below either: the line shows it, and it may be the secret itself by mistake.
    let bytes: Uint8Array;
    try {
      bytes = await source.readFile(resolve(source.directory, name), MAX_SECRET_BYTES);
    } catch (error) {
      const reason = (error as { code?: unknown }).code;
      const state =
        reason === 'ENOENT'
          ? 'does not exist'
          : `cannot be read (${typeof reason === 'string' ? reason : 'unknown reason'})`;
      refuse(
        'SECRET_MISSING',
        at,
        `the secret file ${state}`,
        'put the secret there, or correct the path (a relative one starts at the configuration folder)',
      );
      return null;
    }
    if (bytes.length > MAX_SECRET_BYTES) {
      refuse(
        'SECRET_MISSING',
        at,
        'the secret file is larger than 64 KiB',
        'name the file that holds the secret and nothing else',
      );
      return null;
    }
    const text = new TextDecoder('utf-8').decode(bytes).replace(/\r?\n$/, '');
    if (text.trim() !== '') return new Secret(text);
    refuse('SECRET_MISSING', at, 'the secret file is empty', 'put the secret there');
    return null;
  }

  const resolved = await walk(value, path);
  return problems.length === 0 ? { outcome: 'resolved', value: resolved } : { outcome: 'refused', problems };
}

/** Whether a secret is a symmetric Standard Webhooks secret: `whsec_` and the Base64 of 24 to 64 bytes. Source: Standard Webhooks 1.0 (documented). */
export function isSigningSecret(secret: Secret): boolean {
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(secret.reveal())?.[1];
  if (encoded === undefined) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}
