import type { Database } from 'better-sqlite3';

/** The one writing connection. Bodies are synchronous: an `await` inside would leave the transaction. */
export interface Writer {
  readonly client: Database;
  /** One transaction, synced to disk before it returns. */
  durable<Result>(body: () => Result): Result;
  /**
   * One transaction that survives the process but, in a power cut, may be lost until the next durable one. Only for
   * what may happen twice: claims and outcomes of deliveries, which receivers see again under the same `webhook-id`.
   */
  relaxed<Result>(body: () => Result): Result;
  /** All or nothing within the transaction that is running. */
  nested<Result>(body: () => Result): Result;
  /** Called after every rollback: what was read from the transaction is no longer so. */
  onRollback(forget: () => void): void;
}

export function createWriter(client: Database): Writer {
  const run = client.transaction((body: () => unknown) => body());
  const forgetting: (() => void)[] = [];
  let synced = true;

  function transaction<Result>(body: () => Result, sync: boolean): Result {
    if (synced !== sync) {
      client.pragma(`synchronous = ${sync ? 'FULL' : 'NORMAL'}`);
      synced = sync;
    }
    return undoing(() => run.immediate(body) as Result);
  }

  function undoing<Result>(body: () => Result): Result {
    try {
      return body();
    } catch (error) {
      for (const forget of forgetting) forget();
      throw error;
    }
  }

  return {
    client,
    durable: body => transaction(body, true),
    relaxed: body => transaction(body, false),
    nested: body => undoing(() => run(body) as never),
    onRollback: forget => void forgetting.push(forget),
  };
}
