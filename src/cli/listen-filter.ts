import type { Entry, Kind } from './listen-entry.ts';

/** Empty lists let everything through. */
export interface ListenFilter {
  readonly account: string | undefined;
  readonly returnId: string | undefined;
  /** Exact words, or `subject.*`. */
  readonly types: readonly string[];
  readonly states: readonly string[];
  readonly kinds: readonly Kind[];
}

/** What a filter cannot be asked of does not pass: a fact has no state, a refused webhook no return. */
export function passes(entry: Entry, { returnId, types, states }: ListenFilter): boolean {
  return (
    (returnId === undefined || returnsOf(entry).includes(returnId)) &&
    (types.length === 0 || typesOf(entry).some(type => types.some(wanted => isOfType(type, wanted)))) &&
    (states.length === 0 || ('state' in entry && states.includes(entry.state)))
  );
}

function returnsOf(entry: Entry): readonly string[] {
  if (entry.kind === 'notices') return entry.returnIds;
  return entry.kind === 'refusals' ? [] : [entry.returnId];
}

function typesOf(entry: Entry): readonly string[] {
  if (entry.kind === 'notices') return entry.types;
  return entry.kind === 'refusals' ? [] : [entry.type];
}

function isOfType(type: string, wanted: string): boolean {
  return wanted === '*' || type === wanted || (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1)));
}
