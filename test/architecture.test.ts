import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The house, as its import lines draw it: which folder may lean on which, and where the outside world is touched. */

const ROOT = new URL('../', import.meta.url).pathname;

/** Per folder of `src`: the folders it may import, beside itself, `gateway-error.ts` and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  adapter: ['model'],
  config: ['adapter', 'model'],
  storage: ['model'],
  telemetry: ['storage'],
  outbound: ['adapter', 'config'],
  pipeline: ['model', 'adapter', 'config', 'storage', 'telemetry', 'outbound'],
  http: ['model', 'adapter', 'config', 'storage', 'telemetry', 'pipeline'],
  demo: ['model', 'adapter', 'config', 'storage', 'telemetry', 'http', 'gateway.ts', 'adapters.ts'],
  cli: ['model', 'adapter', 'config', 'storage', 'http', 'demo', 'telemetry', 'gateway.ts', 'adapters.ts'],
  'gateway.ts': ['model', 'adapter', 'config', 'storage', 'telemetry', 'outbound', 'pipeline', 'http'],
  'main.ts': ['cli'],
  'adapters.ts': ['adapter', '../adapters'],
  'gateway-error.ts': [],
};

/** What reaches outside, and the only files that may. */
const OUTSIDE: readonly { readonly what: string; readonly pattern: RegExp; readonly where: readonly RegExp[] }[] = [
  {
    what: 'process.env',
    pattern: /\bprocess\.env\b/,
    where: [/^src\/config\/load-config\.ts$/, /^src\/demo\//],
  },
  {
    what: 'the clock',
    pattern: /\bDate\.now\(|\bnew Date\(\)/,
    where: [/^src\/gateway\.ts$/, /^src\/demo\//, /^src\/cli\/process-deps\.ts$/, /^src\/telemetry\/log\.ts$/],
  },
  {
    what: 'chance',
    pattern: /\bMath\.random\b|\brandomBytes\(|\brandomUUID\(|\btypeidUnboxed\(/,
    where: [/^src\/gateway\.ts$/, /^src\/demo\//, /^src\/http\/problem\.ts$/],
  },
  {
    what: 'fetch',
    pattern: /(?<![.\w])fetch\(/,
    where: [/^src\/demo\//, /^src\/cli\/api-client\.ts$/, /^src\/outbound\/call-provider\.ts$/],
  },
  {
    what: 'undici',
    pattern: /from 'undici'/,
    where: [/^src\/outbound\//, /^src\/pipeline\/send-delivery\.ts$/, /^src\/main\.ts$/],
  },
  { what: 'the console', pattern: /\bconsole\./, where: [] },
];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => {
      const path = join(folder, name);
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(match => match[1]!) };
    });
}

/** The part of `src` a file belongs to: its folder, or the file itself where it lies at the top. */
function partOf(path: string): string {
  return path.split('/')[1]!;
}

describe('the arrows', () => {
  it.each(sources('src').filter(file => file.imports.some(name => name.startsWith('.'))))(
    'of $path are drawn',
    ({ path, imports }) => {
      const allowed = MAY_IMPORT[partOf(path)];
      expect(allowed, `${partOf(path)} is no part of the house`).toBeDefined();
      const parts = imports
        .filter(name => name.startsWith('.'))
        .map(name => normalize(join(dirname(path), name)))
        .map(target => (target.startsWith('src/') ? partOf(target) : '../adapters'));

      expect(
        parts.filter(part => part !== partOf(path) && part !== 'gateway-error.ts' && !allowed!.includes(part)),
      ).toEqual([]);
    },
  );

  it.each(sources('adapters').filter(file => file.path !== 'adapters/index.ts'))(
    'of $path lead to the model and the contract only',
    ({ imports }) => {
      const foreign = imports.filter(
        name =>
          !name.startsWith('#model/') &&
          !name.startsWith('#adapter/') &&
          name !== 'zod' &&
          !/^\.\/[\w-]+\.ts$/.test(name),
      );

      expect(foreign).toEqual([]);
    },
  );

  it.each(sources('src/model'))('of $path reach no package but zod and what makes ids', ({ path, imports }) => {
    const packages = imports.filter(name => !name.startsWith('.') && name !== 'zod');

    expect(
      packages.filter(name => name !== 'node:crypto' && !(path.endsWith('/ids.ts') && name === 'typeid-js')),
    ).toEqual([]);
  });

  it('name adapter folders in the registry alone, but for the template', () => {
    const folders = readdirSync(join(ROOT, 'adapters'), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name);
    const named = sources('src').flatMap(file =>
      folders.filter(folder => file.text.includes(`adapters/${folder}/`)).map(folder => `${file.path}: ${folder}`),
    );

    expect(named).toEqual(['src/adapters.ts: example']);
  });
});

describe('the outside world', () => {
  it.each(OUTSIDE)('is touched where listed: $what', ({ pattern, where }) => {
    const users = [...sources('src'), ...sources('adapters')].filter(file => pattern.test(withoutComments(file.text)));

    expect(users.map(file => file.path).filter(path => !where.some(allowed => allowed.test(path)))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
