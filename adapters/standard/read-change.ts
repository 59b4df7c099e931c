import { matchSchema } from '#adapter/read-json.ts';
import type { Problem } from '#adapter/webhook.ts';
import { CHANGES } from '#model/return-event.ts';
import type { ToldType } from './notices.ts';

export type ReadChange =
  | { readonly outcome: 'read'; readonly change: unknown }
  | { readonly outcome: 'unrecognized'; readonly because: string }
  | { readonly outcome: 'unreadable'; readonly problem: Problem };

/**
 * Reads a `change` with the canonical schema of its type, which is strict, and forgives what a sender may do: fields that
 * are new to us are passed over, `null` is absent, an unknown code becomes `other` and is kept. An unknown word where the
 * list is closed (a settlement state, a parcel phase) makes the whole notice unrecognized. Nothing else is bent: what is
 * missing or of the wrong type is a problem, because half a return is worse than none.
 */
export function readChange(type: ToldType, sent: unknown): ReadChange {
  const change: unknown = structuredClone(sent);
  // Each round removes a key or settles a code, so the number of rounds is bounded by the size of the change.
  for (;;) {
    const result = CHANGES[type].safeParse(change);
    if (result.success) return { outcome: 'read', change: result.data };
    let mended = false;
    for (const issue of result.error.issues) {
      const name = issue.path.at(-1);
      const parent = at(change, issue.path.slice(0, -1));
      if (issue.code === 'unrecognized_keys') {
        const owner = at(change, issue.path);
        for (const key of issue.keys) if (isRecord(owner)) mended = Reflect.deleteProperty(owner, key) || mended;
      } else if (isRecord(parent) && typeof name === 'string') {
        mended = mend(parent, name, issue.code) || mended;
      }
    }
    if (!mended) return refusal(type, change);
  }
}

/** Whether anything changed. `parent[name]` is what the schema stumbled over. */
function mend(parent: Record<string, unknown>, name: string, issue: string): boolean {
  const value = parent[name];
  if (value === null) return Reflect.deleteProperty(parent, name);
  if (name === 'providerCode' && value === undefined) {
    parent[name] = null;
    return true;
  }
  if (name === 'code' && issue === 'invalid_value' && typeof value === 'string') {
    if (typeof parent.providerCode !== 'string') parent.providerCode = value;
    parent[name] = 'other';
    return true;
  }
  return false;
}

function refusal(type: ToldType, change: unknown): ReadChange {
  const read = matchSchema(change, CHANGES[type]);
  if (read.ok) return { outcome: 'read', change: read.value };
  const { problem } = read;
  const issues = CHANGES[type].safeParse(change).error?.issues ?? [];
  const words = issues.map(issue => (issue.code === 'invalid_value' ? at(change, issue.path) : undefined));
  if (issues.length > 0 && words.every(word => typeof word === 'string')) {
    return { outcome: 'unrecognized', because: `the word at /data/change${problem.path} is not known` };
  }
  return { outcome: 'unreadable', problem: { ...problem, path: `/data/change${problem.path ?? ''}` } };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
