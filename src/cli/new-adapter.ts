import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliCommand } from './cli-command.ts';
import { textOption } from './options.ts';
import { writeLine } from './output.ts';
import type { AdapterNames } from './scaffold-adapter.ts';
import { PROVIDERS, REFERENCE, SCHEMAS } from './scaffold-places.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Starts a new adapter from the fictional one, which passes the whole kit; so does the copy. */
export const newAdapter: CliCommand = {
  name: 'new-adapter',
  description: 'Start an adapter for another provider, as a copy of the example that passes every test',
  arguments: [{ name: '<id>', help: 'what configuration will call it: lower-case letters, digits and hyphens' }],
  options: [{ flags: '--label <text>', help: 'what people call the provider (default: made from the id)' }],
  more: 'Writes into this repository, and touches nothing that is there but the registry and the generated reference.',
  async run({ args, options }, deps) {
    const { namesFor, scaffoldAdapter } = await import('./scaffold-adapter.ts');
    const names = namesFor(args[0]!, textOption(options, 'label'));
    const made = await scaffoldAdapter(ROOT, names, async paths => {
      await tidy(paths);
      return await renewReference();
    });
    for (const path of made) writeLine(deps, `  ${path}`);
    return writeLine(deps, nextSteps(names));
  },
};

/** Other names have other lengths and another order: the formatter, where it is installed, sees to that. */
async function tidy(made: readonly string[]): Promise<void> {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  if (!existsSync(biome)) return;
  const paths = made.filter(path => !path.startsWith('fixtures') && !path.endsWith('.yaml'));
  await new Promise<void>(resolve => {
    execFile(process.execPath, [biome, 'check', '--write', ...paths], { cwd: ROOT }, () => resolve());
  });
}

/** What is generated from the adapters has the new one in it, too. The registry is loaded here first, when it has its new line. */
async function renewReference(): Promise<readonly string[]> {
  const [{ adapters, exampleAdapters }, { configReference, jsonSchemas }, { providersDocument }] = await Promise.all([
    import('../adapters.ts'),
    import('../config/describe-config.ts'),
    import('../config/describe-providers.ts'),
  ]);
  const schemas = Object.entries(jsonSchemas([...adapters, ...exampleAdapters])).map(
    ([name, schema]) => [join(SCHEMAS, name), `${JSON.stringify(schema, null, 2)}\n`] as const,
  );
  const files = [
    ...schemas,
    [REFERENCE, configReference(adapters)] as const,
    [PROVIDERS, providersDocument(adapters)] as const,
  ];
  for (const [path, text] of files) await writeFile(join(ROOT, path), text);
  return files.map(([path]) => path);
}

function nextSteps({ id, label }: AdapterNames): string {
  return [
    '',
    `It passes the kit now, and says nothing that is true of ${label}. Next:`,
    `  1. adapters/${id}/README.md: what ${label} sends, how the sender is proven, what was not found; each with its mark.`,
    `  2. fixtures/${id}/: what it sends, byte for byte, with its source; expected.json by hand from the documentation.`,
    '  3. settings.ts and webhook.ts until signatures verify; then notices.ts, codes.ts, normalize.ts; about.ts for people.',
    `  4. config/sample/accounts/sample-${id}.yaml and at least three stories.`,
    `  5. npx vitest run test/conformance/adapters.test.ts -t "adapter ${id}"   (then npm test, and npm run demo -- --check)`,
    'After a change of an expected outcome: raise version in index.ts, then',
    `  npx node test/conformance/lock-outcomes.ts ${id}`,
    'CONTRIBUTING.md says more, and adapters/README.md whom to imitate.',
  ].join('\n');
}
