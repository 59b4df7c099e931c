/** JSON whose numbers keep the digits they were written with. */

/** TypeScript does not know the reviver's third argument and `JSON.rawJSON` yet. */
interface LosslessJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const json = JSON as unknown as LosslessJson;

/** Written again with `JSON.stringify`, every number is as it was. Throws where the text is no JSON. */
export function parseLossless(text: string): unknown {
  return json.parse(text, (_key, part, { source }) =>
    typeof part === 'number' && source !== undefined ? json.rawJSON(source) : part,
  );
}

/** An object or array, and not a number that keeps its digits. */
export function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !json.isRawJSON(value);
}

/** `null` where the bytes are no JSON object or array. */
export function readTree(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value = parseLossless(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isTree(value) ? value : null;
  } catch {
    return null;
  }
}

export function writeTree(tree: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(tree));
}
