import { type ApiClient, type Listed, PAGE, type Query } from './api-client.ts';

/** Follows a list that the API gives newest first and without a "since the last time": what is new, and what has become of what was not settled. */

export interface Source<Row> {
  readonly path: string;
  readonly query: Query;
  /** Which of the row's times the list is sorted by. */
  atOf(row: Row): string;
  /** What there is to tell of the row as it is; told again when it changes. `null`: nothing yet. */
  tellingOf(row: Row): string | null;
  /** Nothing more is expected of it. */
  isSettled(row: Row): boolean;
}

export interface Follower<Row> {
  /** Takes what is there as known, and answers the last so many, oldest first. */
  begin(last: number): Promise<readonly Row[]>;
  /** What is to be told since the last time, oldest first. */
  round(): Promise<readonly Row[]>;
}

/** Rows are committed in another order than they are dated, by a little. */
const OVERLAP_MS = 10_000;
/** In one round no more pages than this are read. */
const PAGES = 10;
/** Rows that are not settled and no longer on those pages: so many are asked for by id in a round. */
const ASKED_AGAIN = 20;

interface Known<Row> {
  readonly row: Row;
  readonly telling: string | null;
}

export function followList<Row extends { readonly id: string }>(api: ApiClient, source: Source<Row>): Follower<Row> {
  const known = new Map<string, Known<Row>>();
  let horizonMs = Number.NEGATIVE_INFINITY;

  function take(row: Row): boolean {
    const telling = source.tellingOf(row);
    const before = known.get(row.id);
    known.set(row.id, { row, telling });
    return telling !== null && telling !== before?.telling;
  }

  async function readNewest(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const read: Listed<Row> = await api.get(source.path, { ...source.query, limit: PAGE, cursor });
      rows.push(...read.data.filter(row => Date.parse(source.atOf(row)) >= horizonMs));
      cursor = read.nextCursor ?? undefined;
      if (cursor === undefined || rows.length < (page + 1) * PAGE) break;
    }
    return rows;
  }

  /** Settled rows behind the horizon are never looked at again, so they may be forgotten. */
  function moveHorizon(toMs: number): void {
    horizonMs = Math.max(horizonMs, toMs);
    for (const [id, { row }] of known) {
      if (source.isSettled(row) && Date.parse(source.atOf(row)) < horizonMs) known.delete(id);
    }
  }

  return {
    async begin(last) {
      const { data } = await api.list<Row>(source.path, source.query, Math.max(last, PAGE));
      for (const row of data) take(row);
      // Where nothing is there yet, everything that comes is new; behind what was read, nothing is.
      const times = data.map(row => Date.parse(source.atOf(row)));
      if (times.length > 0) moveHorizon(times[0]! - OVERLAP_MS);
      if (times.length >= PAGE) moveHorizon(times.at(-1)! + 1);
      const told = data.slice(0, last).filter(row => source.tellingOf(row) !== null);
      return told.toReversed();
    },
    async round() {
      const listed = await readNewest();
      const seen = new Set(listed.map(row => row.id));
      const older = [...known.values()].filter(({ row }) => !seen.has(row.id) && !source.isSettled(row));
      const asked = await Promise.all(
        older.slice(0, ASKED_AGAIN).map(({ row }) => api.get<Row>(`${source.path}/${row.id}`)),
      );
      // Whoever was asked goes to the end of the queue.
      for (const row of asked) {
        const entry = known.get(row.id)!;
        known.delete(row.id);
        known.set(row.id, entry);
      }
      const news = [...listed.toReversed(), ...asked].filter(take);
      const newest = listed[0];
      if (newest !== undefined) moveHorizon(Date.parse(source.atOf(newest)) - OVERLAP_MS);
      return news;
    },
  };
}
