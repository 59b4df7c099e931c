import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { dropDatabase, emptyDatabase } from '../postgres/databases.ts';
import { copyRepository } from './copy-repository.ts';
import { type ConsoleStep, renewConsole, type Said, words } from './doc-console.ts';
import { type CliStage, openCliStage } from './open-cli.ts';
import { createPlaceholders, hideSurroundings } from './placeholders.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = join(ROOT, 'docs/cli.md');
const MAIN = join(ROOT, 'src/main.ts');

let stage: CliStage;
let copy = '';
/** What the document calls the database at db.example.com. */
let database = '';
/** What was exported. */
let exported: Record<string, string> = {};
const cwd = process.cwd();
beforeEach(async () => {
  stage = await openCliStage();
  copy = await mkdtemp(join(tmpdir(), 'retour-copy-'));
  database = await emptyDatabase();
  exported = {};
  await writeCapture(stage);
  process.chdir(stage.folder);
});
afterEach(async () => {
  process.chdir(cwd);
  await stage.close();
  await dropDatabase(database);
  await rm(copy, { recursive: true, force: true });
});

/** Signed over the body as it was sent; captured behind something that indented it. */
async function writeCapture({ folder, gateway }: CliStage): Promise<void> {
  const connection = gateway.config.accounts.get('sample-happy-returns')!.connections.get('happy-returns')!;
  const body = { event: 'return_status_updated', typeID: 'expired', retailerID: 'acme-market', items: [] };
  const request = {
    method: 'POST',
    path: '/webhooks/sample-happy-returns/happy-returns',
    query: new URLSearchParams(),
    headers: { 'content-type': ['application/json'] },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
  const signed = await connection.adapter.webhook!.sign(request, connection, new Date());
  const head = Object.entries(signed.headers).map(([name, values]) => `${name}: ${values.join(', ')}`);
  const indented = JSON.stringify(body, null, 2);
  await writeFile(
    join(folder, 'captured.txt'),
    [`POST ${request.path} HTTP/1.1`, 'host: returns.example.com', ...head, '', indented].join('\n'),
  );
  await writeFile(join(folder, 'body.json'), indented);
}

/** A process of its own, ended once it says `until` (or by itself). */
async function inProcess(
  argv: readonly string[],
  main: string,
  env: Record<string, string>,
  until = '',
): Promise<Said> {
  const child = spawn(process.execPath, [main, ...argv], {
    env: { PATH: process.env.PATH, ...env },
    cwd: stage.folder,
  });
  let err = '';
  let out = '';
  child.stdout.on('data', chunk => {
    out += String(chunk);
  });
  child.stderr.on('data', chunk => {
    err += String(chunk);
    if (until !== '' && !child.killed && err.includes(until)) child.kill('SIGTERM');
  });
  const code = await new Promise<number>(resolve =>
    child.once('close', (exit, signal) => resolve(exit ?? (signal === null ? 0 : 1))),
  );
  return { code, output: argv[0] === 'serve' ? err.replace(/^Stopping:.*\n/m, '') : out + err };
}

const IN_DOCUMENT = 'postgres://retour@db.example.com/retour';

/** The status that was unknown gets a meaning; a map in the settings replaces the default as a whole. */
function mended(yaml: string): string {
  const known = 'started: started, dropped_off: dropped_off, approved: approved, expired: expired';
  const statuses = `      statuses: { ${known}, returned_to_hub: dropped_off }`;
  return yaml.replace(/^ {6}retailerId: .*$/m, line => `${line}\n${statuses}`);
}

async function runCommand(text: string, isPortTaken: boolean): Promise<Said> {
  const [program, ...typed] = words(text);
  if (program === 'export') {
    const [name, value] = typed[0]!.split(/=(.*)/s) as [string, string];
    exported[name] = value.replace(IN_DOCUMENT, database);
    return { code: 0, output: '' };
  }
  if (program === 'cat') return { code: 0, output: readFileSync(join(stage.folder, typed[0]!), 'utf8') };
  const pipe = typed.indexOf('|');
  const argv = pipe === -1 ? typed : typed.slice(0, pipe);
  const env = { ...stage.env, ...exported };
  if (argv[0] === 'serve') {
    const other = { ...env, RETOUR_DATABASE_URL: `sqlite:${join(stage.folder, 'other.db')}` };
    if (isPortTaken) return await inProcess(argv, MAIN, other);
    const last = argv.includes('--roles') ? 'Without the role deliver' : "Administrator's token";
    return await inProcess(argv, MAIN, { ...other, RETOUR_PORT: '0' }, last);
  }
  if (argv[0] === 'new-adapter') {
    await copyRepository(copy);
    return await inProcess(argv, join(copy, 'src/main.ts'), {});
  }
  const { code, out, err } = await stage.run(argv, { env, columns: 132, now: () => Date.now() + 125_000 });
  const lines =
    pipe === -1
      ? out
      : `${out
          .split('\n')
          .slice(0, Number(typed.at(-1)))
          .join('\n')}\n`;
  return { code, output: `${err}${lines}` };
}

describe('docs/cli.md', () => {
  it('shows what the commands say (renew it with UPDATE=1)', { timeout: 120_000 }, async () => {
    const placeholders = createPlaceholders();
    const started = Date.now();
    let isPortTaken = false;
    const run = async ({ kind, text }: ConsoleStep): Promise<Said> => {
      if (kind === 'directive') {
        if (text === 'mend') await stage.reopen(mended);
        if (text === 'the port is taken') isPortTaken = true;
        if (text === 'stop') await stage.stop();
        return { code: 0, output: '' };
      }
      const { code, output } = await runCommand(placeholders.reveal(text), isPortTaken);
      if (stage.isOpen()) placeholders.know(await stage.ids());
      const shown = hideSurroundings(placeholders.hide(output), started, {
        [stage.folder]: '/srv/retour',
        [`Port ${new URL(stage.gateway.url).port} `]: 'Port 8080 ',
        [stage.shop.url]: 'http://127.0.0.1:41000',
        [database.replace(/^.*@/, '')]: 'db.example.com:5432/retour',
      });
      return { code, output: shown };
    };
    const document = readFileSync(DOCUMENT, 'utf8');

    const renewed = await renewConsole(document, run);

    if (process.env.UPDATE === '1') writeFileSync(DOCUMENT, renewed);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(renewed);
  });

  it('has a section for every command', () => {
    const sections = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^## ([\w-]+)$/gm)].map(match => match[1]!);

    expect(sections).toEqual(COMMANDS.map(({ name }) => name));
  });
});
