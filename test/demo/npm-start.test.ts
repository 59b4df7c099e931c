import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('ends the gateway, and not only npm, when npm start is told to end', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retour-npm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = { ...process.env, RETOUR_PORT: '0', RETOUR_DATABASE_URL: `sqlite:${join(folder, 'retour.db')}` };
  const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  // Whatever is left of its process group, should the test fail.
  onTestFinished(() => {
    try {
      process.kill(-npm.pid!, 'SIGKILL');
    } catch {}
  });
  const ended = once(npm, 'exit');
  let said = '';
  const listening = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const url = /"url":"(http:[^"]+)"/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    npm.stdout.on('data', hear);
    npm.stderr.on('data', hear);
    npm.once('exit', () => reject(new Error(said)));
  });
  const url = await listening;
  const before = (await fetch(`${url}/healthz`)).status;

  npm.kill('SIGTERM');

  expect([before, ...(await ended)]).toEqual([200, 0, null]);
  expect(said).toContain('gateway.stopped');
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
