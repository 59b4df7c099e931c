import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { Account } from '../../src/config/account-config.ts';
import { formatProblem } from '../../src/config/config-problem.ts';
import { configReference, jsonSchemas } from '../../src/config/describe-config.ts';
import { GatewayConfig } from '../../src/config/gateway-config.ts';
import { inputSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { readConfig } from '../../src/config/load-config.ts';
import { prepareFolder, SAMPLE_GATEWAY } from '../../src/demo/sample-folder.ts';
import { parcelPort } from './folder.ts';

const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));

/** The generated files by their path under `config/`. The sample accounts may name the fictional adapters too. */
function generated(): ReadonlyMap<string, string> {
  const schemas = jsonSchemas([...adapters, ...exampleAdapters]);
  const files = Object.entries(schemas).map(
    ([name, schema]) => [`schema/${name}`, `${JSON.stringify(schema, null, 2)}\n`] as const,
  );
  return new Map([...files, ['reference.md', configReference(adapters)]]);
}

/** What describes an adapter that was taken out waits for the next renewal: it misleads nobody, and taking one out edits no generated file. */
function withoutLeft(path: string, text: string): string {
  const isLeft = (id: string) => !existsSync(join(CONFIG, '../adapters', id));
  if (path === 'reference.md') {
    const [general, ...sections] = text.trimEnd().split('\n\n## Adapter ');
    const kept = sections.filter(section => !isLeft(/^\S+/.exec(section)![0]));
    return `${[general, ...kept].join('\n\n## Adapter ')}\n`;
  }
  return `${JSON.stringify(
    JSON.parse(text, (key, value) => {
      if (key === 'oneOf')
        return value.filter((one: JsonSchema) => !isLeft(String(one.properties?.adapter?.const ?? '')));
      if (key !== 'definitions') return value;
      return Object.fromEntries(Object.entries(value).filter(([name]) => !isLeft(name.split('.')[0]!)));
    }),
    null,
    2,
  )}\n`;
}

/** Every key below a schema, dotted, that has no description. */
function undescribed(schema: JsonSchema, path = ''): readonly string[] {
  const children = Object.entries(schema.properties ?? {}).map(([name, child]) => [`${path}.${name}`, child] as const);
  if (typeof schema.additionalProperties === 'object') children.push([`${path}.*`, schema.additionalProperties]);
  return children.flatMap(([at, child]) => [
    ...(child.description === undefined && !at.endsWith('.*') ? [at] : []),
    ...undescribed(child, at),
  ]);
}

describe('config/schema and config/reference.md', () => {
  it.each([...generated().keys()])('%s is what the schemas say (renew it with UPDATE=1)', async path => {
    const text = generated().get(path)!;
    if (process.env.UPDATE === '1') await writeFile(`${CONFIG}/${path}`, text);

    expect(withoutLeft(path, await readFile(`${CONFIG}/${path}`, 'utf8'))).toBe(text);
  });

  it('describe every key', () => {
    expect([...undescribed(inputSchema(GatewayConfig)), ...undescribed(inputSchema(Account))]).toEqual([]);
  });

  it('complete the settings and secrets of the adapter that a connection names', () => {
    const account = jsonSchemas([parcelPort])['account.schema.json'];

    const connection = account.properties?.connections?.additionalProperties as JsonSchema;
    const port = connection.oneOf?.[0];
    expect(port?.properties?.adapter?.const).toBe('parcel-port');
    expect(port?.required).toEqual(['adapter', 'settings']);
    expect(port?.properties?.settings?.properties?.dialect).toEqual({
      type: 'string',
      enum: ['standard', 'full'],
      default: 'standard',
      description: 'Which messages are sent. Default standard.',
    });
    expect(port?.properties?.secrets?.properties?.api).toMatchObject({
      title: 'secret reference',
      description: 'Key of the API.',
    });
  });

  it('refer to nothing that they do not define', () => {
    const text = JSON.stringify(jsonSchemas([...adapters, ...exampleAdapters]));
    const referred = [...text.matchAll(/"\$ref":"#\/definitions\/([^"]*)"/g)].map(match => match[1]!);

    expect(referred.filter(name => !text.includes(`"${name}":{`))).toEqual([]);
  });

  it('list each key with its type, default and meaning', () => {
    const lines = configReference([parcelPort]).split('\n');

    expect(lines).toContain(
      '| `destinations.{name}.concurrency` | whole number, 1 to 256 | `8` | Messages under way at the same time, 1 to 256. Default 8. |',
    );
    expect(lines).toContain('| `settings.retailerId` | text | required | The id that Parcel Port gave the merchant. |');
    expect(lines).toContain(
      '| `settings.dialect` | `standard`, `full` | `"standard"` | Which messages are sent. Default standard. |',
    );
    expect(lines).toContain(
      '| `secrets.webhook` | list of secret reference | required, but for `none` | Secrets that sign the webhooks. |',
    );
  });
});

describe('the configuration that comes with the gateway', () => {
  it('is served without an account', async () => {
    const result = await readConfig({ directory: CONFIG, adapters, env: {} });

    expect(result.outcome === 'refused' ? result.problems.map(formatProblem) : result.config.findings).toEqual([]);
  });

  it('has samples that need nothing but their secrets', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'retour-samples-'));
    const { configDirectory, secrets } = await prepareFolder(folder, {
      gatewayUrl: SAMPLE_GATEWAY,
      shopUrl: 'http://127.0.0.1:4100',
      providerUrl: 'http://127.0.0.1:4200',
    });

    const result = await readConfig({
      directory: configDirectory,
      adapters: [...adapters, ...exampleAdapters],
      env: secrets,
    });
    await rm(folder, { recursive: true });

    expect(result.outcome === 'refused' ? result.problems.map(formatProblem) : []).toEqual([]);
  });
});
