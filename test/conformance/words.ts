import { BECOMES, type Becomes } from '../../src/adapter/about.ts';
import { inputSchema } from '../../src/config/json-schema.ts';
import { readTree } from '../../src/demo/lossless-json.ts';
import { connectionOf, type KitSubject } from './adapter-kit.ts';
import type { ExpectedNotice, WebhookCase } from './fixtures.ts';
import { asExpected, interpretRequest } from './interpretation.ts';
import { textAt, textsOf, withValue } from './json-edit.ts';

/** Which words an adapter knows and what becomes of them, asked of its fixtures: the adapter need not say it twice. */

const NEW_WORD = 'brand-new-word';

type Found = Record<string, readonly Becomes[]>;

export interface FoundWords {
  readonly types: Found;
  readonly statuses: Readonly<Record<string, Found>>;
}

/**
 * A word is a type or status where another one in its place leaves a notice unrecognized. A place whose every word
 * stands in the type already is not told again, nor what the fixtures call `closed`.
 */
export function findWords(subject: KitSubject): FoundWords {
  const types: Found = {};
  const statuses: Record<string, Found> = {};
  const told = new Set<string>();
  const closed = new Set(subject.cases.flatMap(({ kit }) => kit.closed ?? []).map(placeOf));
  for (const webhookCase of subject.cases) {
    const { notices, found } = readWithout(subject, webhookCase);
    for (const notice of notices.filter(isRead)) add(types, notice.type!, notice);
    for (const { place, word, notice } of found) {
      if (closed.has(place) || word === '') continue;
      statuses[place] ??= {};
      add(statuses[place], word, notice);
      if (!notice.type!.includes(word)) told.add(place);
    }
  }
  return { types, statuses: Object.fromEntries(Object.entries(statuses).filter(([place]) => told.has(place))) };
}

interface FoundStatus {
  readonly place: string;
  readonly word: string;
  readonly notice: ExpectedNotice;
}

/** A case as it is read, and with every text of its body replaced in turn. */
function readWithout(
  subject: KitSubject,
  webhookCase: WebhookCase,
): { readonly notices: readonly ExpectedNotice[]; readonly found: readonly FoundStatus[] } {
  const { request } = webhookCase;
  const settings = untaughtSettings(subject, webhookCase);
  const read = (body: Uint8Array) =>
    asExpected(interpretRequest(subject.adapter, { ...request, body }, settings)).notices ?? [];
  const notices = read(request.body);
  const tree = readTree(request.body);
  if (tree === null || !notices.some(isRead)) return { notices, found: [] };
  const found = textsOf(tree).flatMap(pointer => {
    const after = read(withValue(request.body, pointer, NEW_WORD));
    if (after.length !== notices.length) return [];
    const lost = notices.filter((notice, index) => isRead(notice) && after[index]!.outcome === 'unrecognized');
    return lost.map(notice => ({ place: placeOf(pointer), word: textAt(tree, pointer), notice }));
  });
  return { notices, found };
}

/** The settings of a case without its maps of words: what one merchant's configuration teaches is not the adapter's. */
function untaughtSettings(subject: KitSubject, webhookCase: WebhookCase): unknown {
  const { properties } = inputSchema(subject.adapter.settings);
  const isMap = (key: string) => typeof properties?.[key]?.additionalProperties === 'object';
  const { settings } = connectionOf(subject, webhookCase);
  return subject.adapter.settings.parse(Object.fromEntries(Object.entries(settings).filter(([key]) => !isMap(key))));
}

function isRead({ outcome }: ExpectedNotice): boolean {
  return outcome === 'events' || outcome === 'fetch' || outcome === 'ignored';
}

function add(found: Found, word: string, notice: ExpectedNotice): void {
  const became = new Set([...(found[word] ?? []), ...becameOf(notice)]);
  found[word] = BECOMES.filter(one => became.has(one));
}

function becameOf({ outcome, events }: ExpectedNotice): readonly Becomes[] {
  if (outcome !== 'events') return [outcome as Becomes];
  return (events ?? []).map(event => {
    const { type } = event as { readonly type: string };
    return (type === 'return.snapshot' ? 'description' : type) as Becomes;
  });
}

/** `/data/shipments/0/status` → `data.shipments.status`. */
function placeOf(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .filter(key => !/^\d+$/.test(key))
    .join('.');
}
