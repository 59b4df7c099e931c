import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What only a process of its own can show: signals, pipes, the port, exit codes. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'src/main.ts');

let folder = '';
const children: ChildProcess[] = [];
let taken: Server | null = null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'retour-process-'));
  await mkdir(join(folder, 'config'));
  await cp(join(ROOT, 'config/retour.yaml'), join(folder, 'config/retour.yaml'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  if (taken !== null) await new Promise(resolve => taken!.close(resolve));
  taken = null;
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env.PATH, RETOUR_DATABASE_URL: 'sqlite:data/retour.db', RETOUR_PORT: '0', ...env },
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    said.out += String(chunk);
  });
  child.stderr.on('data', chunk => {
    said.err += String(chunk);
  });
  return { child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function takePort(): Promise<number> {
  taken = createServer();
  await new Promise<void>(resolve => taken!.listen(0, '127.0.0.1', resolve));
  return (taken.address() as { port: number }).port;
}

describe('serve', () => {
  it('says in one sentence that its port is taken, and leaves the store to the next', async () => {
    const port = await takePort();

    const first = start(['serve'], { RETOUR_PORT: String(port) });
    const code = await first.ended;

    expect({ code, err: first.said.err }).toEqual({
      code: 1,
      err: `Port ${port} of 127.0.0.1 is taken: stop what listens there, or set RETOUR_PORT to another port (0 takes any that is free).\n`,
    });
  });

  it('says that an address is none of this machine', async () => {
    const { said, ended } = start(['serve'], { RETOUR_HOST: '192.0.2.1' });

    expect(await ended).toBe(1);
    expect(said.err).toBe(
      '192.0.2.1 is no address of this machine: set RETOUR_HOST to one of its own, or to 127.0.0.1.\n',
    );
  });

  it('ends in order on SIGTERM, and lets no other user read what it wrote', async () => {
    const { child, said, ended } = start(['serve']);
    while (!said.err.includes('No account yet')) await once(child.stderr!, 'data');

    child.kill('SIGTERM');

    expect(await ended).toBe(0);
    expect(said.err).toMatch(
      /^Retour listens on .+\nAdministrator's token, shown this once: rtk_.+\nNo account yet\. .+\nStopping: .+\n$/,
    );
    expect(statSync(join(folder, 'data/retour.db')).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'data')).mode & 0o077).toBe(0);
  });
});

describe('a pipe', () => {
  it('that is closed early is nobody’s error', async () => {
    const { child, said, ended } = start(['openapi']);
    child.stdout!.once('data', () => child.stdout!.destroy());

    expect(await ended).toBe(0);
    expect(said.err).toBe('');
  });

  it('carries a request to be verified', async () => {
    const { child, said, ended } = start(['verify'], { RETOUR_TOKEN: 'rtk_x' });

    child.stdin!.end('this is no request');

    expect(await ended).toBe(1);
    expect(said.err).toMatch(/^This is no HTTP request: "this is no request" is no header\./);
  });
});

describe('the exit code', () => {
  it('is 2 where something is found', async () => {
    const { said, ended } = start(['doctor']);

    expect(await ended).toBe(2);
    expect(said.out).toContain('warn  configuration  no account yet\n');
    expect(said.err).toBe('');
  });

  it('is 1 for a command that is none', async () => {
    const { said, ended } = start(['sevre']);

    expect(await ended).toBe(1);
    expect(said.err).toBe("unknown command 'sevre'\n(Did you mean serve?)\n");
  });
});

describe('npm start and npm run retour', () => {
  it('run these commands', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };

    expect(scripts.start).toBe('exec node ops/start.js serve');
    expect(scripts.retour).toBe('exec node ops/start.js');
  });
});
