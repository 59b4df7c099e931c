import type { Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { emptyShape, type SeenShape, seeBody } from './body-shape.ts';
import { driftSightings } from './drift-sightings.ts';
import type { Interpretation } from './interpret.ts';
import { hasNews, type KnownShape, mergeShape, NOTHING_KNOWN } from './known-shape.ts';
import { typeName } from './masked-form.ts';
import type { NoteFindings, Sighting } from './note-findings.ts';
import { knownShape, type StoredShape, storedShape } from './stored-shape.ts';
import { type UnknownWord, unknownWords } from './unknown-words.ts';

/** How often what came is to be compared with what is known. */
export const DRIFT_EVERY_MS = 5000;
/**
 * Looking at every body takes 10 to 20 % of the time that interpreting it took (measured: 4 to 12 µs of 20 to 110), so
 * between two comparisons this many are looked at, and then of each type the first and one in ten: 6 to 8 % at 300 a second.
 */
const ALL_OF = 100;
const THEN_ONE_IN = 10;
/** Mere counts are written so late, or once so many notices came. */
const COUNTS_MS = 30_000;
const COUNTS_OF = 100;
/** Of one connection; further ones are not watched. */
const MOST_TYPES = 100;
/** Of one connection, since the process started; further words share one finding. */
const MOST_WORDS = 200;
/** Written in one transaction. */
const SAVED_AT_ONCE = 20;
/** How often a shape is merged anew that another process wrote in between. */
const MAX_CONFLICTS = 5;

export interface DriftDeps {
  readonly store: Pick<Store, 'loadShapes' | 'saveShapes' | 'closeFinding'>;
  readonly note: NoteFindings;
  readonly now: () => number;
  readonly log: Log;
}

/** Watches what providers send for fields and words that are new, and for fields that no longer come. */
export interface DriftWatch {
  /** What was interpreted. Answers at once and never throws: nothing waits for statistics. `true`: it is worth a flush now. */
  observe(interpretations: readonly Interpretation[]): boolean;
  /** Compares and writes what is due, or all. What cannot be written is forgotten: when it comes again it is news again. */
  flush(what: 'due' | 'all'): Promise<void>;
}

type Seen = SeenShape & { readonly sinceMs: number };
type Known = Map<string, { readonly version: number; readonly shape: KnownShape }>;

interface Watched {
  readonly account: string;
  readonly connection: string;
  /** By type; `null`: not loaded yet. */
  known: Known | null;
  readonly seen: Map<string, Seen>;
  /** By type, how many came since one was due to be looked at; since the last comparison. */
  readonly passedBy: Map<string, number>;
  readonly words: Map<string, Sighting>;
  readonly subjects: Set<string>;
}

export function createDriftWatch({ store, note, now, log }: DriftDeps): DriftWatch {
  /** By account and name. */
  const connections = new Map<string, Map<string, Watched>>();
  /** Bodies, since the last comparison. */
  let looked = 0;

  function watched(account: string, connection: string): Watched {
    const ofAccount = connections.get(account) ?? new Map<string, Watched>();
    connections.set(account, ofAccount);
    let of = ofAccount.get(connection);
    if (of === undefined) {
      const seen = { known: null, seen: new Map(), passedBy: new Map(), words: new Map(), subjects: new Set<string>() };
      of = { account, connection, ...seen };
      ofAccount.set(connection, of);
    }
    return of;
  }

  /** Whether a word of it came for the first time. */
  function observeOne({ work, notices }: Interpretation): boolean {
    // Anybody can send what proves nothing; and what is read once more was counted when it was read first.
    if (work.trust === 'hint' || work.interpretedVersion !== null) return false;
    const of = watched(work.account, work.connection);
    const types = notices.length === 1 ? null : new Set<string>();
    const before = of.subjects.size;
    for (const notice of notices) {
      const { type, state } = notice;
      // A type that was not understood is told as one, below.
      if (type !== null && (state === 'recorded' || state === 'ignored') && types?.has(type) !== true) {
        types?.add(type);
        look(of, typeName(type), work);
      }
      for (const word of unknownWords(notice)) noteWord(of, word, work.id);
    }
    return of.subjects.size > before;
  }

  function look(of: Watched, type: string, { id, body }: Interpretation['work']): void {
    const passedBy = of.passedBy.get(type) ?? 0;
    of.passedBy.set(type, (passedBy + 1) % THEN_ONE_IN);
    if (looked >= ALL_OF && passedBy > 0) return;
    const known = of.seen.get(type);
    if (known === undefined && of.seen.size >= MOST_TYPES) return;
    looked += 1;
    const seen = known ?? { ...emptyShape(), sinceMs: now() };
    if (seeBody(seen, body, id)) of.seen.set(type, seen);
  }

  function noteWord(of: Watched, { kind, subject: own, detail }: UnknownWord, inboundId: string): void {
    const { account, connection, words, subjects } = of;
    const isKnown = subjects.has(`${kind} ${own}`);
    const subject = isKnown || subjects.size < MOST_WORDS ? own : 'others';
    const key = `${kind} ${subject}`;
    subjects.add(key);
    const count = (words.get(key)?.count ?? 0) + 1;
    const seenNow = { count, seenAtMs: now(), detail: { inboundId, ...detail } };
    words.set(key, { account, connection, kind, subject, ...seenNow });
  }

  async function load(of: Watched): Promise<Known> {
    const rows = await store.loadShapes(of.account, of.connection);
    const shapeOf = (content: unknown) => knownShape(content as StoredShape);
    of.known = new Map(rows.map(({ type, version, content }) => [type, { version, shape: shapeOf(content) }] as const));
    return of.known;
  }

  async function flushOne(of: Watched, what: 'due' | 'all'): Promise<void> {
    of.passedBy.clear();
    const words = [...of.words.values()];
    of.words.clear();
    await note(words);
    if (of.seen.size === 0) return;
    let known = of.known ?? (await load(of));
    const isDue = (type: string, seen: Seen) =>
      what === 'all' ||
      seen.notices >= COUNTS_OF ||
      now() - seen.sinceMs >= COUNTS_MS ||
      hasNews(known.get(type)?.shape ?? NOTHING_KNOWN, seen);
    let due = [...of.seen].filter(([type, seen]) => isDue(type, seen));
    for (const [type] of due) of.seen.delete(type);
    for (let tries = 0; due.length > 0 && tries < MAX_CONFLICTS; tries += 1) {
      if (tries > 0) known = await load(of);
      const conflicts: typeof due = [];
      for (let start = 0; start < due.length; start += SAVED_AT_ONCE) {
        conflicts.push(...(await mergeSome(of, known, due.slice(start, start + SAVED_AT_ONCE))));
      }
      due = conflicts;
    }
  }

  /** Told before it is known: what a crash comes between is told twice, and never missed. Answers what is to be merged anew. */
  async function mergeSome({ account, connection }: Watched, known: Known, due: readonly (readonly [string, Seen])[]) {
    const added = due.filter(([type]) => !known.has(type)).slice(0, Math.max(0, MOST_TYPES - known.size));
    const merged = due
      .filter(entry => known.has(entry[0]) || added.includes(entry))
      .map(entry => {
        const { version, shape } = known.get(entry[0]) ?? { version: 0, shape: NOTHING_KNOWN };
        return { entry, version, ...mergeShape(shape, entry[1]) };
      });
    for (const { entry, shape, differences } of merged) {
      const of = { account, connection, type: entry[0], nowMs: now() };
      const { sightings, ended } = driftSightings(of, shape, differences);
      await note(sightings);
      for (const id of ended) await store.closeFinding('all', id, now());
    }
    const rows = merged.map(({ entry: [type], version, shape }) => {
      return { account, connection, type, version, content: storedShape(shape) };
    });
    const saved = await store.saveShapes(rows);
    for (const [index, { entry, version, shape }] of merged.entries()) {
      if (saved[index] === true) known.set(entry[0], { version: version + 1, shape });
    }
    return merged
      .filter((_, index) => saved[index] !== true)
      .map(({ entry }) => [entry[0], entry[1]] as [string, Seen]);
  }

  return {
    observe(interpretations) {
      try {
        let isNews = false;
        for (const interpretation of interpretations) isNews = observeOne(interpretation) || isNews;
        return isNews;
      } catch (error) {
        log.error({ event: 'drift.not_observed', ...describeError(error) });
        return false;
      }
    },
    async flush(what) {
      looked = 0;
      for (const ofAccount of connections.values()) {
        for (const of of ofAccount.values()) await flushOne(of, what);
      }
    },
  };
}
