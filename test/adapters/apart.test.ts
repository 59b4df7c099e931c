import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { adapters } from '../../src/adapters.ts';

/**
 * A provider can be taken out with its own folders, its sample account and its line in the registry. `test/deletion/`
 * does that to one; here every file is read for what would keep a provider from being taken out.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READ = ['src', 'adapters', 'test', 'config', 'bench', 'ops', 'docs', 'README.md', 'CONTRIBUTING.md'];

/** Named elsewhere on purpose: the demo's plot, docs/cli.md and the gateway's own tests are played with these two. */
const PLAYED_BY_NAME = ['happy-returns', 'standard'];

/** The registry and what is generated from it; the deletion suite, which must say what it takes out. */
const MAY_NAME_ANY = [
  'adapters/index.ts',
  'config/reference.md',
  'config/schema/',
  'docs/providers.md',
  'test/deletion/',
];

const CODE = /\.(?:ts|js|json|yaml)$/;
const PROSE = /\.md$/;

/** Where a text leans on a provider: a path into its folders, its id as a word of its own in code, its sample account. */
function namings(path: string, text: string, id: string): readonly string[] {
  const folder = `\\b(?:adapters|fixtures)/${id}(?![\\w-])`;
  const word = `['"\`/](?:sample-)?${id}['"\`/]`;
  const account = `\\bsample-${id}(?![\\w-])|\\bSAMPLE_${id.toUpperCase().replaceAll('-', '_')}_`;
  const setting = `\\badapter: ${id}(?![\\w-])`;
  // Prose may speak of a provider, but a link to what was taken out leads nowhere.
  const patterns = PROSE.test(path) ? [folder] : [folder, word, account, setting];
  return [...text.matchAll(new RegExp(patterns.join('|'), 'g'))].map(([found]) => `${path}: ${found}`);
}

function isOwn(path: string, id: string): boolean {
  const folders = [`adapters/${id}/`, `fixtures/${id}/`, `test/adapters/${id}/`];
  return folders.some(folder => path.startsWith(folder)) || path === `config/sample/accounts/sample-${id}.yaml`;
}

function files(path: string): readonly string[] {
  if (CODE.test(path) || PROSE.test(path)) return [path];
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap(entry => {
    const below = join(path, entry.name);
    if (entry.isDirectory()) return files(below);
    return CODE.test(below) || PROSE.test(below) ? [below] : [];
  });
}

describe('a provider', () => {
  it('is named by nothing outside its own folders, its sample account and the registry', () => {
    const ids = adapters.map(({ id }) => id).filter(id => !PLAYED_BY_NAME.includes(id));
    const read = READ.flatMap(files).filter(path => !MAY_NAME_ANY.some(start => path.startsWith(start)));

    const named = read.flatMap(path => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return ids.filter(id => !isOwn(path, id)).flatMap(id => namings(path, text, id));
    });

    expect(read.length).toBeGreaterThan(300);
    expect(named).toEqual([]);
  });
});

describe('a naming', () => {
  it.each([
    ["import { parcelPort } from '../../adapters/parcel-port/index.ts';", ['adapters/parcel-port']],
    ["new URL('../../fixtures/parcel-port/', import.meta.url)", ['fixtures/parcel-port']],
    ["storyOf('parcel-port', 'happy-path')", ["'parcel-port'"]],
    ['fetch(`/webhooks/sample-parcel-port/parcel-port`)', ['/sample-parcel-port/']],
    ["['sample-parcel-port.yaml']", ['sample-parcel-port']],
    ['env: SAMPLE_PARCEL_PORT_WEBHOOK_SECRET', ['SAMPLE_PARCEL_PORT_']],
    ['    adapter: parcel-port', ['adapter: parcel-port']],
  ])('is found in %s', (text, found) => {
    expect(namings('test/a.test.ts', text, 'parcel-port')).toEqual(found.map(one => `test/a.test.ts: ${one}`));
  });

  it.each([
    "'fixtures/parcel-port-returns/'",
    "it('ends the parcel port')",
    'const parcelPort = 1;',
    "'sample-parcel-port-returns'",
  ])('is not found in %s', text => {
    expect(namings('test/a.test.ts', text, 'parcel-port')).toEqual([]);
  });

  it('in a document is a path alone', () => {
    expect(
      namings('README.md', 'Imitate `parcel-port`, or [read](adapters/parcel-port/README.md).', 'parcel-port'),
    ).toEqual(['README.md: adapters/parcel-port']);
  });
});
