import type { Database } from 'better-sqlite3';
import type { LogSync } from './log-sync.ts';

/** The one writing connection. Bodies are synchronous: an `await` inside would leave the transaction. */
export interface Writer {
  readonly client: Database;
  /** One transaction; resolves once it survives a power cut. Others see it before. */
  durable<Result>(body: () => Result): Promise<Result>;
  /** One transaction that others see at once; what is sent or answered because of it waits for `lasting`. */
  deferred<Result>(body: () => Result): Result;
  /**
   * One transaction that survives the process but, in a power cut, may be lost until the next that lasts. Only for
   * what may happen twice (claims and outcomes of deliveries, which receivers see again under the same `webhook-id`) or
   * be missing (refused requests).
   */
  relaxed<Result>(body: () => Result): Result;
  /** Resolves once every durable and deferred transaction so far survives a power cut. */
  lasting(): Promise<void>;
  /** All or nothing within the transaction that is running. */
  nested<Result>(body: () => Result): Result;
  /** Called after every rollback: what was read from the transaction is no longer so. */
  onRollback(forget: () => void): void;
}

export function createWriter(client: Database, log: LogSync): Writer {
  const run = client.transaction((body: () => unknown) => body());
  const forgetting: (() => void)[] = [];
  client.pragma('synchronous = NORMAL'); // a commit does not wait for the disk; `log` does

  function undoing<Result>(body: () => Result): Result {
    try {
      return body();
    } catch (error) {
      for (const forget of forgetting) forget();
      throw error;
    }
  }

  function relaxed<Result>(body: () => Result): Result {
    log.requireWhole();
    return undoing(() => run.immediate(body) as Result);
  }

  function deferred<Result>(body: () => Result): Result {
    const result = relaxed(body);
    log.committed();
    return result;
  }

  return {
    client,
    async durable(body) {
      const result = deferred(body);
      await log.lasting();
      return result;
    },
    deferred,
    relaxed,
    lasting: log.lasting,
    nested: body => undoing(() => run(body) as never),
    onRollback: forget => void forgetting.push(forget),
  };
}
