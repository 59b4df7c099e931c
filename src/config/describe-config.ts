import type { Adapter } from '../adapter/define-adapter.ts';
import { Account, EVENT_FILTERS } from './account-config.ts';
import { GatewayConfig } from './gateway-config.ts';
import { inputSchema, type JsonSchema, SECRET_REFERENCE } from './json-schema.ts';
import { ENVIRONMENT_VARIABLES } from './process-settings.ts';

/** The configuration described for editors (JSON Schema) and for people (the reference), from the schemas that check it. */

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** The files of `config/schema/` by name. A connection's settings and secrets are completed for the adapter it names. */
export function jsonSchemas(
  adapters: readonly Adapter[],
): Readonly<Record<'retour.schema.json' | 'account.schema.json', JsonSchema>> {
  return {
    'retour.schema.json': { $schema: DRAFT, title: 'Retour: retour.yaml', ...inputSchema(GatewayConfig) },
    'account.schema.json': accountSchema(adapters),
  };
}

function accountSchema(adapters: readonly Adapter[]): JsonSchema {
  const account = accountBase();
  const definitions: Record<string, JsonSchema> = {};
  const connection = account.properties?.connections?.additionalProperties as JsonSchema;
  const expect = connection.properties!.expect!;
  const connections = {
    ...account.properties?.connections,
    additionalProperties: { oneOf: adapters.map(adapter => connectionSchema(adapter, expect, definitions)) },
  };
  const shared = Object.keys(definitions).length === 0 ? {} : { definitions };
  const title = 'Retour: accounts/{account}.yaml';
  return { $schema: DRAFT, title, ...account, properties: { ...account.properties, connections }, ...shared };
}

/** The account's own keys; what an adapter describes is a plain map here. */
function accountBase(): JsonSchema {
  const { definitions: _, ...account } = inputSchema(Account);
  const destinations = account.properties?.destinations;
  const destination = destinations?.additionalProperties as JsonSchema;
  const { events, secrets } = destination.properties ?? {};
  const properties = {
    ...destination.properties,
    events: { ...events, items: { enum: EVENT_FILTERS } },
    secrets: { ...secrets, items: SECRET_REFERENCE },
  };
  const completed = { ...destinations, additionalProperties: { ...destination, properties } };
  return { ...account, properties: { ...account.properties, destinations: completed } };
}

function connectionSchema(adapter: Adapter, expect: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  const settings = hoisted(inputSchema(adapter.settings), `${adapter.id}.settings`, definitions);
  const secrets = hoisted(secretsSchema(adapter), `${adapter.id}.secrets`, definitions);
  const required = [
    'adapter',
    ...(settings.required?.length ? ['settings'] : []),
    ...(secrets.required?.length ? ['secrets'] : []),
  ];
  return {
    title: adapter.label,
    type: 'object',
    properties: {
      adapter: { const: adapter.id, description: `${adapter.label}: ${adapter.docs[0] ?? ''}` },
      settings,
      secrets,
      expect,
    },
    required,
    additionalProperties: false,
  };
}

/** Where the way of proving a sender can be set, it says whether webhook secrets are needed; the list may be left out. */
function secretsSchema(adapter: Adapter): JsonSchema {
  const schema = inputSchema(adapter.secrets);
  if (inputSchema(adapter.settings).properties?.verification === undefined) return schema;
  return { ...schema, required: (schema.required ?? []).filter(name => name !== 'webhook') };
}

/** The schema with its shared definitions moved to the document that it becomes part of. */
function hoisted(schema: JsonSchema, name: string, definitions: Record<string, JsonSchema>): JsonSchema {
  const renamed = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/definitions/', `"#/definitions/${name}.`),
  ) as JsonSchema;
  const { definitions: own, ...rest } = renamed as JsonSchema & { definitions?: Readonly<Record<string, JsonSchema>> };
  for (const [key, definition] of Object.entries(own ?? {})) definitions[`${name}.${key}`] = definition;
  return rest;
}

/** `config/reference.md`: every key with its type, default and meaning. */
export function configReference(adapters: readonly Adapter[]): string {
  const sections = [
    '<!-- biome-ignore-all format: generated -->\n\n# Configuration reference\n\nMade from the schemas that check the files; do not edit it by hand.\nA key that is not listed here is refused.',
    `## The process\n\nEnvironment variables.\n\n${table(environmentRows())}`,
    `## retour.yaml\n\nThe gateway's own settings.\n\n${table(rowsOf(inputSchema(GatewayConfig), ''))}`,
    `## accounts/{account}.yaml\n\nOne key account each; the name of the file is the id of the account.\n\n${table(rowsOf(accountBase(), ''))}`,
    `## Secrets\n\nA secret never stands in a file: \`{ env: NAME }\` names an environment variable, \`{ file: path }\` a file that holds nothing else (a relative path starts at the configuration folder; one line end at its end is not part of the secret).\nA secret that is missing or empty stops the start.`,
    ...adapters.map(adapterSection),
  ];
  return `${sections.join('\n\n')}\n`;
}

function adapterSection(adapter: Adapter): string {
  const rows = [
    ...rowsOf(inputSchema(adapter.settings), 'settings.'),
    ...rowsOf(secretsSchema(adapter), 'secrets.').map(row =>
      row.key === 'secrets.webhook' && row.fallback === '–' ? { ...row, fallback: 'required, but for `none`' } : row,
    ),
  ];
  return `## Adapter ${adapter.id}\n\n${adapter.label}: ${adapter.docs.map(link => `<${link}>`).join(', ')}\n\n${table(rows)}`;
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
}

function environmentRows(): readonly Row[] {
  return Object.entries(ENVIRONMENT_VARIABLES).map(([key, variable]) => ({
    key,
    type: 'text',
    fallback: variable.default === null ? '–' : `\`${variable.default}\``,
    description: variable.description,
  }));
}

function rowsOf(schema: JsonSchema, prefix: string): readonly Row[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = `${prefix}${name}`;
    const row = {
      key,
      type: typeOf(child),
      fallback: defaultOf(child, required.has(name)),
      description: child.description ?? '',
    };
    // What stands inside a foreign format (a JSON Web Key) is described there.
    return [...(row.description === '' ? [] : [row]), ...nestedRows(child, key)];
  });
}

function nestedRows(schema: JsonSchema, key: string): readonly Row[] {
  if (isReference(schema)) return [];
  const inner = schema.additionalProperties;
  if (typeof inner === 'object' && inner.properties !== undefined) return rowsOf(inner, `${key}.{name}.`);
  if (schema.properties !== undefined) return rowsOf(schema, `${key}.`);
  const items = schema.items;
  return items?.properties !== undefined && !isReference(items) ? rowsOf(items, `${key}[].`) : [];
}

function isReference(schema: JsonSchema): boolean {
  return schema.title === SECRET_REFERENCE.title;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return 'required';
  if (schema.default === undefined || schema.properties !== undefined) return '–';
  return `\`${JSON.stringify(schema.default)}\``;
}

function typeOf(schema: JsonSchema): string {
  if (isReference(schema)) return 'secret reference';
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) {
    return schema.enum.length > 20 ? 'a fixed word' : schema.enum.map(word => `\`${String(word)}\``).join(', ');
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type === 'integer' ? 'whole number' : 'number'}${rangeOf(schema)}`;
  if (schema.type === 'string') return 'text';
  if (schema.type === 'boolean') return '`true`, `false`';
  return schema.type === 'null' ? '`null`' : 'map';
}

function rangeOf(schema: JsonSchema): string {
  const bound = (keyword: string): number | null => {
    const value = schema[keyword];
    return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
  };
  const low = bound('minimum');
  const high = bound('maximum');
  const above = bound('exclusiveMinimum');
  if (above !== null) return `, above ${above}${high === null ? '' : `, up to ${high}`}`;
  if (low !== null && high !== null) return `, ${low} to ${high}`;
  return low !== null ? `, from ${low}` : high !== null ? `, up to ${high}` : '';
}

function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const body = rows.map(row => line([`\`${row.key}\``, row.type, row.fallback, row.description]));
  return [line(['key', 'type', 'default', 'meaning']), line(['---', '---', '---', '---']), ...body].join('\n');
}
