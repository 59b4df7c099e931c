import { isTree, readTree, writeTree } from './lossless-json.ts';

/**
 * The body with a field added to every object, as providers do without telling anybody; `null` where it is no JSON.
 * `except`: JSON Pointers of objects whose keys are data, so that an added field there would be data, too.
 */
export function withAddedFields(body: Uint8Array, except: readonly string[]): Uint8Array | null {
  const tree = readTree(body);
  if (tree === null) return null;
  addFields(tree, '', new Set(except));
  return writeTree(tree);
}

function addFields(value: unknown, pointer: string, except: ReadonlySet<string>): void {
  if (!isTree(value) || except.has(pointer)) return;
  for (const [key, part] of Object.entries(value)) addFields(part, `${pointer}/${key}`, except);
  if (!Array.isArray(value)) value.addedByTheFuture = { nested: [1, null, 'x'] };
}
