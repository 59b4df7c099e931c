import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from './cli-error.ts';

/** What `new-adapter` reads and writes, from the root of the repository; checked before, taken back where it fails. */

const TEMPLATE = 'example';
export const REGISTRY = join('adapters', 'index.ts');

/** Made anew from every adapter. */
export const REFERENCE = join('config', 'reference.md');
export const PROVIDERS = join('docs', 'providers.md');
export const SCHEMAS = join('config', 'schema');
const SCHEMA_FILES = ['retour.schema.json', 'account.schema.json'].map(name => join(SCHEMAS, name));

/** Where the example stands and where the new one will. */
export const PLACES: readonly (readonly [from: string, to: (id: string) => string])[] = [
  [join('adapters', TEMPLATE), id => join('adapters', id)],
  [join('fixtures', TEMPLATE), id => join('fixtures', id)],
  [join('test', 'adapters', TEMPLATE), id => join('test', 'adapters', id)],
  [
    join('config', 'sample', 'accounts', `sample-${TEMPLATE}.yaml`),
    id => join('config', 'sample', 'accounts', `sample-${id}.yaml`),
  ],
];

/** Throws where the repository is not whole: a copy made for production often leaves out what only developers need. */
export function requireTemplate(root: string): void {
  const needed = [...PLACES.map(([from]) => from), REGISTRY, SCHEMAS, PROVIDERS];
  const missing = needed.filter(path => !existsSync(join(root, path)));
  if (missing.length === 0) return;
  throw new CliError(
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not there, and the new adapter is made from ${missing.length === 1 ? 'it' : 'them'}: use a whole checkout of the repository. Nothing was changed.`,
  );
}

/** Throws where something of that name is there already. */
export function refuseTaken(root: string, id: string): void {
  const taken = PLACES.map(([, to]) => to(id)).filter(path => existsSync(join(root, path)));
  if (taken.length === 0) return;
  throw new CliError(`${taken.join(' and ')} ${taken.length === 1 ? 'is' : 'are'} there already: nothing was changed.`);
}

/** Does the work whole or not at all: half an adapter would be in the way of the next try. */
export async function orUndone<Answer>(root: string, id: string, work: () => Promise<Answer>): Promise<Answer> {
  const changed = [REGISTRY, REFERENCE, PROVIDERS, ...SCHEMA_FILES].filter(path => existsSync(join(root, path)));
  const before = await Promise.all(changed.map(async path => [path, await readFile(join(root, path))] as const));
  try {
    return await work();
  } catch (cause) {
    for (const [, to] of PLACES) await rm(join(root, to(id)), { recursive: true, force: true });
    for (const [path, bytes] of before) await writeFile(join(root, path), bytes);
    const { code, path } = cause as { readonly code?: unknown; readonly path?: unknown };
    if (typeof code !== 'string' || typeof path !== 'string') throw cause;
    throw new CliError(`${path} cannot be read or written (${code}): what was made is taken away again.`, { cause });
  }
}
