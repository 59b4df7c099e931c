import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { Slug } from '../model/ids.ts';
import { CliError } from './cli-error.ts';
import { orUndone, PLACES, REGISTRY, refuseTaken, requireTemplate } from './scaffold-places.ts';

/** Copies the example adapter under another name: a living adapter is the template, so it cannot rot. */

export interface AdapterNames {
  readonly id: string;
  readonly label: string;
  /** `parcelPort`: what `index.ts` exports. */
  readonly constant: string;
  /** `ParcelPort`: in the names of types. */
  readonly type: string;
  /** `Parcel-Port`: in the names of headers. */
  readonly header: string;
  /** `PARCEL_PORT`: in the names of environment variables. */
  readonly variable: string;
}

/** Throws where the id cannot be one. `label`: what people call the provider. Default made from the id. */
export function namesFor(id: string, label: string | undefined): AdapterNames {
  const parts = id.split('-').filter(part => part !== '');
  const capital = parts.map(part => `${part.charAt(0).toUpperCase()}${part.slice(1)}`);
  const type = capital.join('');
  const constant = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  if (!Slug.safeParse(id).success || !isIdentifier(constant)) {
    throw new CliError(
      `${id} cannot be the id of an adapter: use lower-case letters, digits and hyphens, a letter first, and no word of the language.`,
    );
  }
  return {
    id,
    label: label ?? capital.join(' '),
    constant,
    type,
    header: capital.join('-'),
    variable: parts.map(part => part.toUpperCase()).join('_'),
  };
}

/** Names that the files of an adapter use themselves. */
const USED = ['await', 'dedupeKey', 'defineAdapter', 'normalize', 'parse', 'sign', 'verify'];

function isIdentifier(name: string): boolean {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || USED.includes(name)) return false;
  try {
    new vm.Script(`'use strict'; const ${name} = 0;`); // read, never run: it refuses the words of the language
    return true;
  } catch {
    return false;
  }
}

/**
 * What is not there, or there already, is told before anything is written. Answers the paths that were made, from the
 * root; `finish` gets those of the adapter and adds its own. Where anything fails, everything is as it was.
 */
export async function scaffoldAdapter(
  root: string,
  names: AdapterNames,
  finish: (made: readonly string[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  requireTemplate(root);
  const registry = join(root, REGISTRY);
  const registered = register(await readFile(registry, 'utf8'), names);
  refuseTaken(root, names.id);

  return await orUndone(root, names.id, async () => {
    for (const [from, to] of PLACES) await copyRenamed(root, from, to(names.id), names);
    for (const folder of ['adapters', 'fixtures'])
      await rewriteReadme(join(root, folder, names.id, 'README.md'), names);
    await rewriteIndex(join(root, 'adapters', names.id, 'index.ts'), names);
    await rewriteAbout(join(root, 'adapters', names.id, 'about.ts'), names);
    await writeFile(registry, registered);
    const made = [...PLACES.map(([, to]) => to(names.id)), REGISTRY];
    return [...made, ...(await finish(made))];
  });
}

async function copyRenamed(root: string, from: string, to: string, names: AdapterNames): Promise<void> {
  const source = join(root, from);
  if (from.endsWith('.yaml')) {
    await writeFile(join(root, to), renamed(await readFile(source, 'utf8'), names));
    return;
  }
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(root, to, path.slice(source.length + 1));
    await mkdir(dirname(target), { recursive: true });
    const bytes = await readFile(path);
    const text = bytes.toString('utf8');
    // What is no text stays as it is, to the byte.
    if (Buffer.from(text, 'utf8').equals(bytes)) await writeFile(target, renamed(text, names));
    else await copyFile(path, target);
  }
}

/** The template's name in every spelling; hosts such as example.com are nobody's name. */
function renamed(text: string, { id, label, type, header, variable, constant }: AdapterNames): string {
  return text
    .replaceAll('Example Returns', label)
    .replaceAll('Sample Lights', `Sample ${label}`)
    .replace(/\bX-Example\b/g, `X-${header}`)
    .replace(/\bExample(?=[A-Z])/g, type)
    .replaceAll('SAMPLE_EXAMPLE_', `SAMPLE_${variable}_`)
    .replace(/\bexport const example\b/g, `export const ${constant}`)
    .replace(/\bimport \{ example \}/g, `import { ${constant} }`)
    .replace(/\bread\(example\b/g, `read(${constant}`)
    .replace(/(?<![.@\w])example\b(?!\.com\b)/g, id)
    .replace(/-example\b(?!\.com\b)/g, `-${id}`);
}

const BANNER = (label: string) =>
  `> A copy of the fictional provider under ${label}'s name: it passes the kit, and nothing in it is true of ${label}. Replace it sentence by sentence, each with its mark and source.\n`;

/** Says first that nothing below is known yet. */
async function rewriteReadme(path: string, { label }: AdapterNames): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [heading, ...rest] = text.split('\n');
  const body = rest
    .join('\n')
    .replace(/^A provider that does not exist\..*\n/m, '')
    .replace(/^Registered in `exampleAdapters`.*\n/m, '')
    .replace('(by this page: the provider is fictional)', '(once it is true)');
  await writeFile(path, `${heading}\n\n${BANNER(label)}${body.replace(/^\n*/, '\n')}`);
}

async function rewriteIndex(path: string, { label }: AdapterNames): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/^\/\*\* A fictional provider.*\*\/$/m, `/** ${label}. Its README says what is known of it. */`),
  );
}

/** People would read it as what is known of the provider. */
async function rewriteAbout(path: string, { label }: AdapterNames): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text
      .replace(/^\/\*\* What is told of a fictional provider.*\*\/$/m, `/** Nothing in it is true of ${label} yet. */`)
      .replace(
        /^ {2}gaps: \[\n/m,
        `$&    'Nothing that is said here is known of the provider yet: it is a copy of a fictional one.',\n`,
      ),
  );
}

/** The registry with one more line, in the order of the ids. Throws where it does not look as it should. */
function register(text: string, { id, constant }: AdapterNames): string {
  const lines = [...text.matchAll(/^export \{ (\w+) \} from '\.\/([\w-]+)\/index\.ts';\n/gm)];
  if (lines.length === 0) {
    throw new CliError(`${REGISTRY} does not look as this command expects; add the adapter there by hand first.`);
  }
  if (lines.some(([, name, other]) => other === id || name === constant)) {
    throw new CliError(`${REGISTRY} has an adapter ${id} already: nothing was changed.`);
  }
  const line = `${['export', '{', constant, '}', 'from', `'./${id}/index.ts'`].join(' ')};\n`;
  const next = lines.find(([, , other]) => other! > id);
  if (next !== undefined) return text.replace(next[0], `${line}${next[0]}`);
  const last = lines.at(-1)![0];
  return text.replace(last, `${last}${line}`);
}
