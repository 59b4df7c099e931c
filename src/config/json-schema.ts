import { z } from 'zod';

/** A JSON Schema (draft 7, what editors read best), as far as we look into it ourselves. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** How a secret stands in a file. */
export const SECRET_REFERENCE: JsonSchema = {
  title: 'secret reference',
  description: 'Where the secret is found: an environment variable, or a file that holds nothing else.',
  oneOf: [
    {
      type: 'object',
      properties: {
        env: { type: 'string', pattern: '^[A-Z_][A-Z0-9_]*$', description: 'Name of an environment variable.' },
      },
      required: ['env'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: {
        file: { type: 'string', minLength: 1, description: 'Path of a file, relative to the configuration folder.' },
      },
      required: ['file'],
      additionalProperties: false,
    },
  ],
};

/** What may be written for a zod schema, defaults included; where the schema wants a resolved secret, the file has a reference. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const generated = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    reused: 'inline',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type !== 'custom') return;
      const { description } = jsonSchema;
      Object.assign(jsonSchema, SECRET_REFERENCE, description === undefined ? {} : { description });
    },
  }) as JsonSchema;
  const { $schema: _, ...rest } = generated;
  return rest;
}

/** The schemas that may describe the value at a path; of alternatives those whose constants agree with the value, else all. */
export function schemasAt(schema: JsonSchema, path: readonly PropertyKey[], value: unknown): readonly JsonSchema[] {
  let schemas = alternatives(schema, value);
  let current = value;
  for (const part of path) {
    current =
      typeof current === 'object' && current !== null ? (current as Record<PropertyKey, unknown>)[part] : undefined;
    schemas = schemas.flatMap(one => {
      const child = typeof part === 'number' ? one.items : childOf(one, String(part));
      return child === undefined ? [] : alternatives(child, current);
    });
  }
  return schemas;
}

/** The keys that may stand in an object of these schemas. */
export function keysOf(schemas: readonly JsonSchema[]): readonly string[] {
  return [...new Set(schemas.flatMap(schema => Object.keys(schema.properties ?? {})))];
}

function childOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function alternatives(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const options = schema.anyOf ?? schema.oneOf;
  if (options === undefined) return [schema];
  const fitting = options.filter(option => agrees(option, value));
  const description = schema.description === undefined ? {} : { description: schema.description };
  return (fitting.length === 0 ? options : fitting).flatMap(option =>
    alternatives({ ...option, ...description }, value),
  );
}

/** Whether every constant that the schema demands of the value is there. */
function agrees(schema: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return schema.properties === undefined;
  return Object.entries(schema.properties ?? {}).every(
    ([name, child]) => child.const === undefined || child.const === (value as Record<string, unknown>)[name],
  );
}
