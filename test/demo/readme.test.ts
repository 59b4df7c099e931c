import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { Connection } from '../../src/config/account-config.ts';
import { Expectations } from '../../src/config/expectations.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { fixturesOf, loadStories } from '../../src/demo/stories.ts';
import { openApiDocument } from '../../src/http/app.ts';
import { ReturnStatus } from '../../src/model/codes.ts';
import { FINDING_KINDS } from '../../src/storage/store.ts';

/** What the documents claim and a test can find out. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every document of the project, but for what is made from something else. */
function documents(): readonly string[] {
  const skipped = ['node_modules', '.data', '.git'];
  const below = (folder: string): readonly string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.includes(entry.name) ? [] : below(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
  return below('.');
}

function blocks(document: string, language: string): readonly string[] {
  return [...read(document).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, indent, text]) => text!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

describe('the documents', () => {
  it.each(documents())('%s links to what is there', document => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(match => match[1]!);

    expect(links.filter(link => !existsSync(join(ROOT, dirname(document), link)))).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md'])('%s names commands that exist', document => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const texts =
      blocks(document, 'sh').join('\n') +
      [...read(document).matchAll(/`(npm [^`]+)`/g)].map(match => `\n${match[1]}`).join('');

    const run = [...texts.matchAll(/\bnpm (?:run (?:--silent )?)?([\w-]+)(?: -- ([\w-]+))?/g)];

    expect(run.length).toBeGreaterThan(2);
    expect(run.map(([, script]) => script).filter(script => scripts[script!] === undefined)).toEqual([]);
    const known = COMMANDS.flatMap(({ name, options }) => [name, ...options.map(({ flags }) => flags)]);
    expect(run.flatMap(([, , argument]) => argument ?? []).filter(argument => !known.includes(argument))).toEqual([]);
  });

  it.each(['README.md', 'docs/operations.md', 'docs/retention.md', 'docs/findings.md'])(
    '%s names commands of retour that exist',
    document => {
      const named = [...read(document).matchAll(/(?:^|`) *retour ([a-z -]+)/gm)].map(match => `${match[1]!.trim()} `);
      const known = COMMANDS.flatMap(entry =>
        'commands' in entry ? entry.commands.map(({ name }) => `${entry.name} ${name}`) : [entry.name],
      );

      expect(named).not.toEqual([]);
      expect(named.filter(line => !known.some(command => line.startsWith(`${command} `)))).toEqual([]);
    },
  );

  it('docs/findings.md says what every kind means, and shows settings that are understood', () => {
    const document = read('docs/findings.md');
    const [settings] = blocks('docs/findings.md', 'yaml');
    const { connections } = parse(settings!) as { connections: Record<string, unknown> };

    const kinds = [...document.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]!);
    expect(FINDING_KINDS.filter(kind => !kinds.includes(kind))).toEqual([]);
    for (const connection of Object.values(connections)) Connection.parse(connection);
    const { requested, authorized, in_transit, received } = Expectations.parse({});
    expect(document).toContain(
      `\`requested\` ${requested} days, \`in_review\` 7, \`authorized\` ${authorized}, \`in_transit\` ${in_transit}, \`received\` ${received}`,
    );
  });

  it('CONTRIBUTING.md names files that exist', () => {
    const named = [
      ...read('CONTRIBUTING.md').matchAll(/\b((?:test|src|config|adapters|fixtures)\/[\w/.-]+\.(?:ts|md|yaml))\b/g),
    ].map(match => match[1]!);

    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the README', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retour-readme-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('shows an account that loads beside the configuration that is there', async () => {
    const [account] = blocks('README.md', 'yaml');
    const path = /^# config\/(accounts\/[\w-]+\.yaml)$/m.exec(account!)?.[1];
    await cp(join(ROOT, 'config/retour.yaml'), join(folder, 'retour.yaml'));
    await mkdir(join(folder, 'accounts'));
    await writeFile(join(folder, path!), account!);
    const asked = [...account!.matchAll(/env: ([A-Z_]+)/g)].map(match => match[1]!);

    const { accounts, findings } = await loadConfig({
      directory: folder,
      adapters,
      env: Object.fromEntries(asked.map(name => [name, `whsec_${randomBytes(32).toString('base64')}`])),
    });

    expect([...accounts.keys()]).toEqual(['acme-outdoor']);
    expect(findings).toEqual([]);
    expect(read('README.md')).toContain('/webhooks/acme-outdoor/happy-returns');
    expect(accounts.get('acme-outdoor')?.connections.has('happy-returns')).toBe(true);
    const exported = [...read('README.md').matchAll(/export ([A-Z_]+)=/g)].map(match => match[1]!);
    expect(exported.toSorted()).toEqual(asked.toSorted());
  });

  it('names calls of the API that exist', () => {
    const { paths } = openApiDocument('https://returns.example.com') as {
      paths: Record<string, Record<string, unknown>>;
    };
    const calls = [...read('README.md').matchAll(/`(GET|POST) (\/v1\/[^`?]*)[^`]*`/g)];

    expect(calls.length).toBeGreaterThan(5);
    expect(
      calls.filter(([, method, path]) => paths[path!]?.[method!.toLowerCase()] === undefined).map(([call]) => call),
    ).toEqual([]);
  });

  it('quotes the demo in words the demo uses', () => {
    const stories = [...adapters, ...exampleAdapters].flatMap(({ id }) => loadStories(fixturesOf(id)));
    const quoted = [...read('README.md').matchAll(/^\d {2}(.+?) {2}· /gm)].map(match => match[1]!);

    expect(quoted.length).toBeGreaterThan(0);
    expect(quoted.filter(title => !stories.some(story => story.title === title))).toEqual([]);
  });
});

describe('the glossary', () => {
  it('lists every status', () => {
    const row = read('src/model/README.md')
      .split('\n')
      .find(line => line.startsWith('| **status**'));

    const listed = [...row!.matchAll(/`(\w+)`/g)].map(match => match[1]!);

    expect(listed).toEqual(ReturnStatus.options);
  });
});
