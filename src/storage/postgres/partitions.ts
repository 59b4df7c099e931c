import type { Database } from './database.ts';
import { sql } from './sql.ts';
import { statement } from './statement.ts';

/** The tables that are partitioned by day, and what each is partitioned by. */
export const PARTITIONED = ['inbound_body', 'event_body', 'attempt'] as const;
export type Partitioned = (typeof PARTITIONED)[number];

/** How many days are made ahead of the database's clock. */
const DAYS_AHEAD = 7;
export const DAY_MS = 24 * 60 * 60 * 1000;

export interface Partition {
  readonly table: Partitioned;
  readonly name: string;
  /** The end of its day, exclusive. */
  readonly endMs: number;
}

/** The days that the partitioned tables can take rows of. */
export interface Partitions {
  /** Makes the partitions of these instants' days where they are missing; nearly always it knows they are there. */
  ensure(instants: Iterable<number>): Promise<void>;
  /** Makes those of today and the next seven days, on the database's clock. */
  ensureAhead(): Promise<void>;
  /** Another process may have dropped one: the next `ensure` looks again. */
  forget(): void;
  list(): Promise<readonly Partition[]>;
  /**
   * Detaches concurrently and drops one that is empty. `false`: somebody is using the table, or has put a row into it
   * in the last moment; later, then.
   */
  drop(partition: Partition): Promise<boolean>;
  /** Ends what a drop began that was cut short; nobody else can detach from that table before. */
  tidy(): Promise<void>;
}

/** Any process may make partitions: one at a time, by this advisory lock. */
const MAKING = '8246779704221697';

const now = statement<{ now_ms: number }>(sql`SELECT retour_now_ms() AS now_ms`);
const lock = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(MAKING)})`);
const existing = statement<{ table: Partitioned; name: string }>(
  sql`SELECT p.relname AS "table", c.relname AS name FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    WHERE p.oid IN ('inbound_body'::regclass, 'event_body'::regclass, 'attempt'::regclass) AND NOT i.inhdetachpending
    ORDER BY c.relname`,
);

const halfDetached = statement<{ table: Partitioned; name: string }>(
  sql`SELECT p.relname AS "table", c.relname AS name FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    WHERE p.oid IN ('inbound_body'::regclass, 'event_body'::regclass, 'attempt'::regclass) AND i.inhdetachpending`,
);
/** Days of a table that belong to it no more. */
const detached = statement<{ table: Partitioned; name: string }>(
  sql`SELECT left(c.relname, -9) AS "table", c.relname AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
      AND c.relname ~ '^(inbound_body|event_body|attempt)_[0-9]{8}$' ORDER BY c.relname`,
);

export function createPartitions(database: () => Database): Partitions {
  const known = new Set<number>();

  /** Ends the detaching of these days that was cut short: they take no row, and nobody can attach them, before. */
  async function endDetaching(days: readonly number[]): Promise<void> {
    const wanted = new Set(days.flatMap(day => PARTITIONED.map(table => nameOf(table, day))));
    for (const { table, name } of await database().all(halfDetached)) {
      if (wanted.has(name)) await finalize(table, name);
    }
  }

  async function finalize(table: Partitioned, name: string): Promise<void> {
    try {
      await database().script(`ALTER TABLE ${table} DETACH PARTITION ${name} FINALIZE`);
    } catch (cause) {
      // Whoever began it, or found it half done as well, has ended it meanwhile.
      if ((await database().all(halfDetached)).some(each => each.name === name)) throw cause;
    }
  }

  async function make(days: readonly number[]): Promise<void> {
    await endDetaching(days);
    await database().transaction(async tx => {
      await tx.all(lock);
      const there = new Set((await tx.all(existing)).map(({ name }) => name));
      for (const day of days) {
        for (const table of PARTITIONED) {
          const name = nameOf(table, day);
          if (there.has(name)) continue;
          // Made first and attached then: that holds up nobody who reads or writes the table, as PARTITION OF would.
          await tx.script(`CREATE TABLE IF NOT EXISTS ${name} (LIKE ${table} INCLUDING ALL)`);
          await tx.script(`ALTER TABLE ${table} ATTACH PARTITION ${name} ${rangeOf(day * DAY_MS)}`);
        }
      }
    });
    for (const day of days) known.add(day);
  }

  async function ensureDays(days: Iterable<number>): Promise<void> {
    const missing = [...new Set(days)].filter(day => !known.has(day));
    if (missing.length > 0) await make(missing.sort((a, b) => a - b));
  }

  return {
    ensure: instants => ensureDays([...instants].map(dayOf)),
    async ensureAhead() {
      const today = dayOf((await database().get(now))!.now_ms);
      await ensureDays(Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => today + ahead));
    },
    forget: () => known.clear(),
    async list() {
      return (await database().reads.all(existing)).map(({ table, name }) => ({ table, name, endMs: endOf(name) }));
    },
    async drop({ table, name }) {
      try {
        await database().script(`ALTER TABLE ${table} DETACH PARTITION ${name} CONCURRENTLY`);
        return await dropDetached(table, name);
      } catch {
        return false;
      }
    },
    async tidy() {
      try {
        for (const { table, name } of await database().all(halfDetached)) {
          await finalize(table, name);
        }
        for (const { table, name } of await database().all(detached)) await dropDetached(table, name);
      } catch {
        // Somebody still reads as of before; the next run has its turn.
      }
    },
  };

  /**
   * A row may have come in after it was found empty and before it was detached: then it is attached again. Whoever makes
   * partitions has the same lock, and may have attached it again by himself.
   */
  function dropDetached(table: Partitioned, name: string): Promise<boolean> {
    return database().transaction(async tx => {
      await tx.all(lock);
      if (!(await tx.all(detached)).some(each => each.name === name)) return false;
      await tx.script(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
      await tx.script(
        `DO $$ BEGIN
          IF EXISTS (SELECT FROM ${name}) THEN ALTER TABLE ${table} ATTACH PARTITION ${name} ${rangeOf(endOf(name) - DAY_MS)};
          ELSE DROP TABLE ${name};
          END IF;
        END $$`,
      );
      return !(await tx.all(existing)).some(each => each.name === name);
    });
  }
}

/** The end of the day in a partition's name. */
function endOf(name: string): number {
  return Date.parse(name.slice(-8).replace(/(....)(..)(..)/, '$1-$2-$3')) + DAY_MS;
}

function rangeOf(startMs: number): string {
  return `FOR VALUES FROM (${startMs}) TO (${startMs + DAY_MS})`;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

function nameOf(table: Partitioned, day: number): string {
  return `${table}_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}
