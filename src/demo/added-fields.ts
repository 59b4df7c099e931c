import { isTree, readTree, writeTree } from './lossless-json.ts';

/**
 * The body with a field added to every object, as providers do without telling anybody; `null` where it is no JSON.
 * `except`: JSON Pointers of objects whose keys are data, so that an added field there would be data, too. `word` stands
 * in each of the fields.
 */
export function withAddedFields(body: Uint8Array, except: readonly string[], word = 'x'): Uint8Array | null {
  const tree = readTree(body);
  if (tree === null) return null;
  addFields(tree, '', { except: new Set(except), word });
  return writeTree(tree);
}

interface Adding {
  readonly except: ReadonlySet<string>;
  readonly word: string;
}

function addFields(value: unknown, pointer: string, adding: Adding): void {
  if (!isTree(value) || adding.except.has(pointer)) return;
  for (const [key, part] of Object.entries(value)) addFields(part, `${pointer}/${key}`, adding);
  if (!Array.isArray(value)) value.addedByTheFuture = { nested: [1, null, adding.word] };
}
