import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../ops/install.js', import.meta.url));
const WANTED = {
  '': {},
  'node_modules/hono': { version: '4.0.0' },
  'node_modules/vitest': { version: '5.0.0', dev: true },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
};
const HONO = { 'node_modules/hono': { version: '4.0.0' } };
const VITEST = { 'node_modules/vitest': { version: '5.0.0', dev: true } };

/** Runs it where `present` is installed, with a stand-in for npm, and answers whether that was called. */
function installs(present: object | null, ...args: readonly string[]): boolean {
  const root = mkdtempSync(join(tmpdir(), 'retour-install-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of ['ops', 'node_modules']) mkdirSync(join(root, folder));
  copyFileSync(SCRIPT, join(root, 'ops/install.js'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: WANTED }));
  if (present !== null)
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }));
  writeFileSync(join(root, 'npm.cjs'), "require('fs').writeFileSync('called', process.argv[2])");
  const env = { PATH: process.env.PATH, npm_execpath: join(root, 'npm.cjs') };
  const { status } = spawnSync(process.execPath, [join(root, 'ops/install.js'), ...args], { env });
  expect(status).toBe(0);
  return existsSync(join(root, 'called'));
}

describe('what runs before every script', () => {
  it.each([
    ['nothing is there', null, true],
    ['everything is there', { ...HONO, ...VITEST }, false],
    ['a package for development is missing', { ...HONO, 'node_modules/tsx': { version: '1.0.0', dev: true } }, true],
    ['another version is there', { 'node_modules/hono': { version: '3.9.0' }, ...VITEST }, true],
    ['it was installed without what development needs', HONO, false],
    ['it was installed so, from another version', { 'node_modules/hono': { version: '3.9.0' } }, true],
  ])('where %s, installs: %s', (_, present, expected) => {
    expect(installs(present)).toBe(expected);
  });

  it('installs what development needs where a script needs it', () => {
    expect(installs(HONO, 'all')).toBe(true);
  });
});
