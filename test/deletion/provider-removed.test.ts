import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A provider is its own folders and one line: what is left without them is whole, and nothing else was edited.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_COPIED = ['node_modules', '.git', '.data'];
const OWN = [
  'adapters/narvar',
  'fixtures/narvar',
  'test/adapters/narvar',
  'config/sample/accounts/sample-narvar.yaml',
] as const;
const LINE = "export { narvar } from './narvar/index.ts';\n";

interface Ended {
  readonly code: number;
  readonly output: string;
}

describe('the repository without a provider', { timeout: 1_200_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retour-deletion-'));
    for (const entry of await readdir(ROOT)) {
      if (!NOT_COPIED.includes(entry)) await cp(join(ROOT, entry), join(folder, entry), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const path of OWN) await rm(join(folder, path), { recursive: true });
    const registry = join(folder, 'adapters/index.ts');
    const text = await readFile(registry, 'utf8');
    expect(text).toContain(LINE);
    await writeFile(registry, text.replace(LINE, ''));
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Node on a script in the copy, with nothing of this process's environment. */
  function node(...argv: readonly string[]): Promise<Ended> {
    const options = { cwd: folder, env: { PATH: process.env.PATH, CI: 'true' }, maxBuffer: 64 * 1024 * 1024 };
    return new Promise(resolve => {
      const child = execFile(process.execPath, argv, options, (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, output: `${stdout}${stderr}` }),
      );
    });
  }

  it('is typed and formatted', async () => {
    const types = await node('node_modules/typescript/bin/tsc');
    const lint = await node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings');

    expect(types, types.output.slice(-4000)).toMatchObject({ code: 0 });
    expect(lint, lint.output.slice(-4000)).toMatchObject({ code: 0 });
  });

  it('passes all its tests', async () => {
    const report = join(folder, 'report.json');
    const run = await node('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', `--outputFile=${report}`);
    const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8')) as {
      readonly numPassedTests: number;
      readonly numFailedTests: number;
    };

    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(numFailedTests).toBe(0);
    expect(numPassedTests).toBeGreaterThan(2500);
  });

  it('plays its demo, whose claims hold', async () => {
    const demo = await node('ops/start.js', 'demo', '--check');

    expect(demo.code, demo.output.slice(-4000)).toBe(0);
    expect(demo.output).toMatch(/The demo holds: [\d,]{3,6} claims\./);
    expect(demo.output).not.toContain('Narvar');
  });
});
