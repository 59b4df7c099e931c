import { z } from 'zod';
import { instantFrom } from '#model/time.ts';

/**
 * The value as its sender may have meant it, led by the schema in one pass over both: fields that the schema does not name are
 * left out; `null` is absent, and what is absent is `null` where the schema asks for a value that may be null; an unknown word
 * of a coded value becomes `other` and stays in `providerCode`; a time with its zone is written in UTC. Whatever else does not
 * fit is left as it is, for the schema to refuse. The value itself is not touched.
 */
export function forgive(schema: z.core.$ZodType, sent: unknown): unknown {
  if (schema instanceof z.ZodOptional) return forgiveOptional(schema.unwrap(), sent);
  if (schema instanceof z.ZodNullable)
    return sent === undefined || sent === null ? null : forgive(schema.unwrap(), sent);
  if (schema instanceof z.ZodObject) return isRecord(sent) ? forgiveObject(schema, sent) : sent;
  if (schema instanceof z.ZodArray && Array.isArray(sent)) {
    const element = schema.element;
    return sent.map(entry => forgive(element, entry));
  }
  if (schema instanceof z.ZodISODateTime && typeof sent === 'string') return instantFrom(sent) ?? sent;
  return sent;
}

/** An absent field was not said. `null` says "none" where the schema has a word for that, else nothing either. */
function forgiveOptional(inner: z.core.$ZodType, sent: unknown): unknown {
  if (sent === undefined) return undefined;
  return sent === null && !(inner instanceof z.ZodNullable) ? undefined : forgive(inner, sent);
}

function forgiveObject(
  schema: z.ZodObject,
  sent: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const value = forgive(field, Object.hasOwn(sent, name) ? sent[name] : undefined);
    // A field that must be there and cannot be null is missing where it is null.
    return [name, value === null && !takesNull(field) ? undefined : value] as const;
  });
  const read = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  const { code, providerCode } = schema.shape;
  if (!(code instanceof z.ZodEnum) || providerCode === undefined || typeof read.code !== 'string') return read;
  if (code.options.includes(read.code)) return read;
  const word = typeof read.providerCode === 'string' ? read.providerCode : read.code;
  return { ...read, code: 'other', providerCode: word };
}

function takesNull(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodOptional) return takesNull(schema.unwrap());
  return schema instanceof z.ZodNullable;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
