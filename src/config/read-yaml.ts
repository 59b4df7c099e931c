import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { dotted, type Position, START } from './config-problem.ts';

/**
 * YAML as configuration uses it: one document of plain maps, lists and scalars. What makes two readers see two
 * things is refused: repeated keys, tags, merge keys, other versions of the language, keys that are not text.
 */

export interface YamlFault {
  readonly position: Position;
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

export interface YamlFile {
  /** Plain JSON; `null` for a file without a value. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Where the value of a path stands; of one that is absent, its nearest ancestor. */
  at(path: readonly PropertyKey[]): Position;
  /** Where the key itself stands. */
  atKey(path: readonly PropertyKey[]): Position;
}

const MAX_DEPTH = 40;
/** Aliases followed in one file, those inside aliased values counted again: what bounds a file that multiplies itself. */
const MAX_ALIASES = 100;

/** Reads a file's text. Never throws; the library's own excerpts of the text are left out, as they may show a secret. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const values = new Map<string, Position>();
  const keys = new Map<string, Position>();
  const faults: YamlFault[] = [];
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const find = (places: ReadonlyMap<string, Position>, path: readonly PropertyKey[]): Position => {
    const place = places.get(JSON.stringify(path));
    if (place !== undefined) return place;
    for (let length = path.length - 1; length > 0; length -= 1) {
      const parent = JSON.stringify(path.slice(0, length));
      const parentPlace = keys.get(parent) ?? values.get(parent);
      if (parentPlace !== undefined) return parentPlace;
    }
    return START;
  };
  const file = (value: unknown): YamlFile => ({
    value,
    faults,
    at: path => find(values, path),
    atKey: path => find(keys, path),
  });
  const fault = (position: Position, path: readonly PropertyKey[], message: string, remedy: string) =>
    faults.push({ position, key: dotted(path), message, remedy });

  // The library's own search for repeated keys is quadratic (50,000 keys: two minutes); ours below is not.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
  let documents: ReturnType<typeof parseAllDocuments>;
  try {
    documents = parseAllDocuments(text, options);
  } catch {
    fault(START, [], 'is nested too deeply to be read', 'write it flatter');
    return file(null);
  }
  const [document, second] = documents as Exclude<typeof documents, { empty: true }>;
  if (document === undefined) return file(null);
  const error = document.errors[0];
  if (error !== undefined) {
    // What follows a colon is text of the file, which may be a secret.
    fault(positionOf(error.pos[0]), [], `is not YAML: ${error.message.replace(/: .*/s, '')}`, 'mend the line');
    return file(null);
  }
  if (second !== undefined) {
    fault(
      second.range === undefined ? START : positionOf(second.range[0]),
      [],
      'holds several documents',
      'keep one and take the --- lines out',
    );
    return file(null);
  }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    fault(START, [], 'asks for another YAML version than 1.2', 'take the %YAML line out');
    return file(null);
  }

  let aliases = 0;
  const build = (node: Node | null, path: readonly PropertyKey[], place: Position): unknown => {
    const position = node === null || isAlias(node) || node.range == null ? place : positionOf(node.range[0]);
    const key = JSON.stringify(path);
    if (!values.has(key)) values.set(key, position);
    if (node === null) return null;
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > MAX_ALIASES) return null;
      const meant = node.resolve(document);
      if (meant !== undefined) return build(meant, path, place);
      fault(
        place,
        path,
        'is an alias of nothing',
        'set its anchor before it, or put text that begins with * in quotes',
      );
      return null;
    }
    if (path.length > MAX_DEPTH) {
      fault(position, path.slice(0, 3), `is nested deeper than ${MAX_DEPTH} levels`, 'write it flatter');
      return null;
    }
    if (node.tag !== undefined)
      fault(position, path, `carries the tag ${node.tag}`, 'take the tag out; plain values only');
    if (isScalar(node)) return scalar(node.value, position, path);
    if (isSeq(node))
      return node.items.map((item, index) => build(isNode(item) ? item : null, [...path, index], position));
    return isMap(node) ? buildMap(node.items, path, position) : null;
  };
  const scalar = (value: unknown, position: Position, path: readonly PropertyKey[]): unknown => {
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    fault(position, path, 'is not a finite number', 'write a plain number');
    return null;
  };
  const buildMap = (
    items: readonly { key: unknown; value: unknown }[],
    path: readonly PropertyKey[],
    place: Position,
  ) => {
    const map: Record<string, unknown> = {};
    for (const { key: keyNode, value: valueNode } of items) {
      const position = isNode(keyNode) && keyNode.range != null ? positionOf(keyNode.range[0]) : place;
      const name = isScalar(keyNode) && keyNode.tag === undefined ? keyNode.value : undefined;
      if (typeof name !== 'string') {
        fault(position, path, 'has a key that is not text', 'put the key in quotes');
        continue;
      }
      const keyPath = [...path, name];
      if (name === '<<') fault(position, keyPath, 'is a merge key', 'write the values out');
      // Schemas pass over this one key silently.
      else if (name === '__proto__') fault(position, keyPath, 'is not a key that stands here', 'take it out');
      else if (Object.hasOwn(map, name)) {
        const first = keys.get(JSON.stringify(keyPath));
        fault(position, keyPath, `stands here twice, first in line ${first?.line ?? '?'}`, 'keep one of the two');
      } else {
        if (!keys.has(JSON.stringify(keyPath))) keys.set(JSON.stringify(keyPath), position);
        map[name] = build(isNode(valueNode) ? valueNode : null, keyPath, position);
      }
    }
    return map;
  };
  const value = build(document.contents, [], START);
  if (aliases > MAX_ALIASES) fault(START, [], `follows more than ${MAX_ALIASES} aliases`, 'write the values out');
  return file(value);
}
