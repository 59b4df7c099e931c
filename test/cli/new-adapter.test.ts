import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesFor, scaffoldAdapter } from '../../src/cli/scaffold-adapter.ts';
import { copyRepository } from './copy-repository.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Node on a script, in a folder, with nothing of this process's environment. */
async function node(folder: string, ...argv: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, argv, { cwd: folder, env: { PATH: process.env.PATH } });
  let output = '';
  const add = (chunk: unknown) => {
    output += String(chunk);
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, output };
}

describe('a scaffolded adapter', { timeout: 180_000 }, () => {
  let folder = '';
  let made: Ended;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retour-scaffold-'));
    await copyRepository(folder);
    made = await node(folder, 'src/main.ts', 'new-adapter', 'parcel-port', '--label', 'Parcel Port');
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('passes the conformance kit, its own tests, and those of what is generated from it', async () => {
    const vitest = await node(
      folder,
      'node_modules/vitest/vitest.mjs',
      'run',
      'test/conformance/adapters.test.ts',
      'test/adapters/parcel-port',
      'test/config/describe-config.test.ts',
      'test/config/describe-providers.test.ts',
      'test/architecture.test.ts',
    );

    expect(made.code, made.output).toBe(0);
    expect(vitest.code, vitest.output.slice(-4000)).toBe(0);
  });

  it('is typed and formatted as the rest', async () => {
    const lint = await node(
      folder,
      'node_modules/@biomejs/biome/bin/biome',
      'check',
      '--error-on-warnings',
      'adapters/parcel-port',
      'adapters/index.ts',
      'test/adapters/parcel-port',
      'config',
    );
    const types = await node(folder, 'node_modules/typescript/bin/tsc');

    expect(lint.code, lint.output).toBe(0);
    expect(
      types.output.split('\n').filter(line => line.includes('parcel-port') || line.includes('adapters/index')),
    ).toEqual([]);
  });

  it('has one line in the registry and no trace of the name of the example', async () => {
    const registry = await readFile(join(folder, 'adapters/index.ts'), 'utf8');
    const index = await readFile(join(folder, 'adapters/parcel-port/index.ts'), 'utf8');
    const about = await readFile(join(folder, 'adapters/parcel-port/about.ts'), 'utf8');
    const account = await readFile(join(folder, 'config/sample/accounts/sample-parcel-port.yaml'), 'utf8');

    const provider = /^export \{ (\w+) \} from '\.\/([\w-]+)\/index\.ts';$/;
    const [, ...lines] = registry.trimEnd().split('\n');
    const ids = lines.map(line => provider.exec(line)?.[2]);
    expect(lines).toContain("export { parcelPort } from './parcel-port/index.ts';");
    expect(ids).toEqual(ids.toSorted());
    expect(index).toContain(
      "export const parcelPort = defineAdapter({\n  id: 'parcel-port',\n  version: 1,\n  label: 'Parcel Port',",
    );
    expect(account).toContain('SAMPLE_PARCEL_PORT_WEBHOOK_SECRET');
    expect(about).toContain(
      "'Nothing that is said here is known of the provider yet: it is a copy of a fictional one.'",
    );
    expect(`${index}${about}${account}`).not.toMatch(/\bexample\b(?!\.com)(?<!\.example)/i);
  });

  it('is not made twice', async () => {
    const again = await node(folder, 'src/main.ts', 'new-adapter', 'parcel-port');

    expect(again).toEqual({
      code: 1,
      output: 'adapters/index.ts has an adapter parcel-port already: nothing was changed.\n',
    });
  });
});

describe('a copy of the repository that is not whole', { timeout: 60_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retour-production-'));
    await copyRepository(folder);
    await rm(join(folder, 'config/sample'), { recursive: true });
    await rm(join(folder, 'test'), { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('makes no adapter, and no part of one', async () => {
    expect(await node(folder, 'src/main.ts', 'new-adapter', 'parcel-port')).toEqual({
      code: 1,
      output:
        'test/adapters/example and config/sample/accounts/sample-example.yaml are not there, and the new adapter is made from them: use a whole checkout of the repository. Nothing was changed.\n',
    });
    expect(existsSync(join(folder, 'adapters/parcel-port'))).toBe(false);
  });

  it('plays no demo', async () => {
    expect(await node(folder, 'src/main.ts', 'demo', '--check')).toEqual({
      code: 1,
      output:
        'config/sample is not there, and the demo plays what stands in it: run it in a whole checkout of the repository.\n',
    });
  });
});

describe('an adapter that cannot be finished', () => {
  const REGISTRY = "export { example } from './example/index.ts';\n";
  const TREE: Readonly<Record<string, string>> = {
    'adapters/index.ts': REGISTRY,
    'adapters/example/README.md': '# Example Returns\n',
    'adapters/example/about.ts': 'export const about = {};\n',
    'adapters/example/index.ts': 'export const example = defineAdapter({});\n',
    'fixtures/example/README.md': '# Example Returns\n',
    'test/adapters/example/parse.test.ts': '',
    'config/sample/accounts/sample-example.yaml': 'name: Sample Lights\n',
    'config/schema/account.schema.json': '{}\n',
    'docs/providers.md': '# Providers\n',
  };
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'retour-unfinished-'));
    for (const [path, text] of Object.entries(TREE)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('is taken away again, and what was there is as it was', async () => {
    const before = (await readdir(root, { recursive: true })).toSorted();
    const making = scaffoldAdapter(root, namesFor('parcel-port', undefined), async made => {
      expect(made.every(path => existsSync(join(root, path)))).toBe(true);
      await writeFile(join(root, 'config/schema/account.schema.json'), 'half');
      await writeFile(join(root, 'docs/providers.md'), 'half');
      throw Object.assign(new Error('no room'), { code: 'ENOSPC', path: 'config/reference.md' });
    });

    await expect(making).rejects.toThrow(
      'config/reference.md cannot be read or written (ENOSPC): what was made is taken away again.',
    );
    expect((await readdir(root, { recursive: true })).toSorted()).toEqual(before);
    expect(await readFile(join(root, 'adapters/index.ts'), 'utf8')).toBe(REGISTRY);
    expect(await readFile(join(root, 'config/schema/account.schema.json'), 'utf8')).toBe('{}\n');
    expect(await readFile(join(root, 'docs/providers.md'), 'utf8')).toBe('# Providers\n');
  });
});

describe('the names of an adapter', () => {
  it('follow from its id', () => {
    expect(namesFor('parcel-port', undefined)).toEqual({
      id: 'parcel-port',
      label: 'Parcel Port',
      constant: 'parcelPort',
      type: 'ParcelPort',
      header: 'Parcel-Port',
      variable: 'PARCEL_PORT',
    });
  });

  it.each(['Loop', '3pl', 'class', 'parse', 'a b', '../x', '-x', ''])('cannot be made of "%s"', id => {
    expect(() => namesFor(id, undefined)).toThrow(/cannot be the id of an adapter/);
  });
});
