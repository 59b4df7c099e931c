import { isTree, readTree, writeTree } from '../../src/demo/lossless-json.ts';

/** Changes JSON bodies without changing a digit of what is not meant. */

type Tree = Record<string, unknown>;

/** The object that holds what the pointer names, and its key there. */
function holderOf(tree: Tree, pointer: string): { readonly holder: Tree; readonly key: string } {
  const keys = pointer
    .slice(1)
    .split('/')
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let holder: unknown = tree;
  for (const key of keys.slice(0, -1)) holder = (holder as Tree)[key];
  const key = keys.at(-1)!;
  if (!isTree(holder) || !Object.hasOwn(holder, key)) throw new Error(`no value at ${pointer}`);
  return { holder, key };
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
