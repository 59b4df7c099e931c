/** Changes JSON bodies without changing a digit of what is not meant. */

/** TypeScript does not know `JSON.rawJSON` and the reviver's third argument yet. */
interface LosslessJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const json = JSON as unknown as LosslessJson;

export type Tree = Record<string, unknown> | unknown[];

/** `null` where the bytes are no JSON object or array. */
export function readTree(body: Uint8Array): Tree | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const value = json.parse(text, (_key, part, { source }) =>
      typeof part === 'number' && source !== undefined ? json.rawJSON(source) : part,
    );
    return typeof value === 'object' && value !== null ? (value as Tree) : null;
  } catch {
    return null;
  }
}

export function writeTree(tree: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(tree));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !json.isRawJSON(value);
}

/** The object that holds what the pointer names, and its key there. */
function holderOf(tree: Tree, pointer: string): { readonly holder: Record<string, unknown>; readonly key: string } {
  const keys = pointer
    .slice(1)
    .split('/')
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let holder: unknown = tree;
  for (const key of keys.slice(0, -1)) holder = (holder as Record<string, unknown>)[key];
  const key = keys.at(-1)!;
  if (!isTree(holder) || !Object.hasOwn(holder, key)) throw new Error(`no value at ${pointer}`);
  return { holder: holder as Record<string, unknown>, key };
}

/** JSON Pointers of every text. */
export function textsOf(value: unknown, pointer = ''): readonly string[] {
  if (typeof value === 'string') return [pointer];
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    textsOf(part, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

export function textAt(tree: Tree, pointer: string): string {
  const { holder, key } = holderOf(tree, pointer);
  return String(holder[key]);
}

/** The body with another value at the pointer, which must name one. */
export function withValue(body: Uint8Array, pointer: string, value: unknown): Uint8Array {
  const tree = readTree(body)!;
  const { holder, key } = holderOf(tree, pointer);
  holder[key] = value;
  return writeTree(tree);
}

/** The body without what the pointer names. */
export function withoutValue(body: Uint8Array, pointer: string): Uint8Array {
  const tree = readTree(body)!;
  const { holder, key } = holderOf(tree, pointer);
  delete holder[key];
  return writeTree(tree);
}

/** The body with a field added to every object, but for those at `except` and below. */
export function withAddedFields(body: Uint8Array, except: readonly string[]): Uint8Array {
  const tree = readTree(body)!;
  addFields(tree, '', new Set(except));
  return writeTree(tree);
}

function addFields(value: unknown, pointer: string, except: ReadonlySet<string>): void {
  if (!isTree(value) || except.has(pointer)) return;
  for (const [key, part] of Object.entries(value)) addFields(part, `${pointer}/${key}`, except);
  if (!Array.isArray(value)) value.addedByTheFuture = { nested: [1, null, 'x'] };
}
