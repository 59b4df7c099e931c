import type { Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { emptyShape, type SeenShape, seeBody } from './body-shape.ts';
import { driftSightings } from './drift-sightings.ts';
import type { Interpretation, InterpretedNotice } from './interpret.ts';
import { hasNews, type KnownShape, mergeShape, NOTHING_KNOWN } from './known-shape.ts';
import { typeName } from './masked-form.ts';
import type { NoteFindings, Sighting } from './note-findings.ts';
import { knownShape, type StoredShape, storedShape } from './stored-shape.ts';
import { unknownWords } from './unknown-words.ts';

/** How often what came is to be compared with what is known. */
export const DRIFT_EVERY_MS = 5000;
/**
 * Looking at a body takes a quarter to a half of the time that interpreting it took (measured: 5 to 12 µs of 24 to 110),
 * so between two comparisons this many are looked at, and then of each type the first and one in ten.
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
  const connections = new Map<string, Watched>();
  let looked = 0;

  function watched(account: string, connection: string): Watched {
    const key = `${account} ${connection}`;
    const of = connections.get(key) ?? {
      account,
      connection,
      known: null,
      seen: new Map(),
      passedBy: new Map(),
      words: new Map(),
      subjects: new Set(),
    };
    connections.set(key, of);
    return of;
  }

  function observeOne({ work, notices }: Interpretation): void {
    // Anybody can send what proves nothing; and what is read once more was counted when it was read first.
    if (work.trust === 'hint' || work.interpretedVersion !== null) return;
    const of = watched(work.account, work.connection);
    for (const type of typesOf(notices)) {
      const passedBy = of.passedBy.get(type) ?? 0;
      of.passedBy.set(type, (passedBy + 1) % THEN_ONE_IN);
      if (looked >= ALL_OF && passedBy > 0) continue;
      if (!of.seen.has(type) && of.seen.size >= MOST_TYPES) continue;
      looked += 1;
      const seen = of.seen.get(type) ?? { ...emptyShape(), sinceMs: now() };
      if (!seeBody(seen, work.body, work.id)) return;
      of.seen.set(type, seen);
    }
  }

  /** Whether one of them came for the first time. */
  function observeWords({ work, notices }: Interpretation): boolean {
    if (work.trust === 'hint' || work.interpretedVersion !== null) return false;
    const { account, connection, words, subjects } = watched(work.account, work.connection);
    const before = subjects.size;
    for (const { kind, subject: own, detail } of notices.flatMap(unknownWords)) {
      const isKnown = subjects.has(`${kind} ${own}`);
      const subject = isKnown || subjects.size < MOST_WORDS ? own : 'others';
      const key = `${kind} ${subject}`;
      subjects.add(key);
      const count = (words.get(key)?.count ?? 0) + 1;
      const seenNow = { count, seenAtMs: now(), detail: { inboundId: work.id, ...detail } };
      words.set(key, { account, connection, kind, subject, ...seenNow });
    }
    return subjects.size > before;
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
        for (const interpretation of interpretations) observeOne(interpretation);
        return interpretations.map(observeWords).includes(true);
      } catch (error) {
        log.error({ event: 'drift.not_observed', ...describeError(error) });
        return false;
      }
    },
    async flush(what) {
      looked = 0;
      for (const of of connections.values()) await flushOne(of, what);
    },
  };
}

/** Of the notices that were understood; a type that was not is told as one. */
function typesOf(notices: readonly InterpretedNotice[]): ReadonlySet<string> {
  return new Set(
    notices.flatMap(({ type, state }) =>
      type !== null && (state === 'recorded' || state === 'ignored') ? [typeName(type)] : [],
    ),
  );
}
