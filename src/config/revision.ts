import type { ConfigFile } from './config.ts';

/** What changed in the configuration since it was last applied. Files hold references, so no secret can get in here. */

/** One value that changed, by JSON Pointer into the file; `null` where it was or is absent. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The last recorded state of a file; `content` is `null` once the file is gone. */
export interface AppliedFile {
  readonly account: string | null;
  readonly digest: string;
  readonly content: unknown;
}

export interface NewRevision {
  /** `null`: the gateway's own file. */
  readonly account: string | null;
  readonly path: string;
  /** SHA-256 of the file's bytes, hex; empty for a file that is gone. */
  readonly digest: string;
  /** `null`: the file is gone. */
  readonly content: unknown;
  readonly differences: readonly Difference[];
  readonly author: 'start';
  readonly reason: string;
}

/**
 * One revision for every file that is new, changed or gone, sorted by path; none for one whose bytes are as applied.
 * `lastApplied` is keyed by path. Bytes that changed without a value that changed still make a revision.
 */
export function revisionsFor(
  files: readonly ConfigFile[],
  lastApplied: ReadonlyMap<string, AppliedFile>,
): readonly NewRevision[] {
  const revisions: NewRevision[] = [];
  for (const { path, account, digest, content } of files) {
    const last = lastApplied.get(path);
    if (last?.digest === digest) continue;
    const before = last?.digest === '' || last === undefined ? null : last.content;
    const differences = differencesBetween(before, content);
    const reason =
      before === null
        ? 'The file is new.'
        : differences.length > 0
          ? 'The file changed.'
          : 'Only comments or layout changed.';
    revisions.push({ account, path, digest, content, differences, author: 'start', reason });
  }
  const present = new Set(files.map(file => file.path));
  for (const [path, { account, digest, content }] of lastApplied) {
    if (present.has(path) || digest === '') continue;
    const differences = differencesBetween(content, null);
    revisions.push({
      account,
      path,
      digest: '',
      content: null,
      differences,
      author: 'start',
      reason: 'The file is gone.',
    });
  }
  return revisions.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Every value that differs between two JSON values, by JSON Pointer, sorted; lists are compared place by place. */
export function differencesBetween(before: unknown, after: unknown): readonly Difference[] {
  const old = leavesOf(before);
  const next = leavesOf(after);
  const paths = [...new Set([...old.keys(), ...next.keys()])].toSorted();
  return paths
    .map(path => ({ path, before: old.get(path) ?? null, after: next.get(path) ?? null }))
    .filter(difference => JSON.stringify(difference.before) !== JSON.stringify(difference.after));
}

/** The scalars of a JSON value, and its empty maps and lists, by JSON Pointer. */
function leavesOf(value: unknown): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>();
  const walk = (current: unknown, path: string) => {
    const entries = typeof current === 'object' && current !== null ? Object.entries(current) : [];
    if (entries.length === 0) leaves.set(path, current);
    for (const [key, child] of entries) walk(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  if (value !== null && value !== undefined) walk(value, '');
  return leaves;
}
