import type { GatewayError } from '../../gateway-error.ts';
import { normalizeTracking } from '../../model/aliases.ts';
import { createRecentBodies } from '../recent-bodies.ts';
import type { Store } from '../store.ts';
import { createAdministration } from './administration.ts';
import { createCalls } from './calls.ts';
import { createClaim } from './claim.ts';
import { lockFile, openingError, openWriter, storeFile } from './connect.ts';
import { createConnections } from './connections.ts';
import { createDeliveryRows } from './delivery-rows.ts';
import { createDestinations } from './destinations.ts';
import { createFindings } from './findings.ts';
import { createInboundRows } from './inbound-rows.ts';
import { createIntake } from './intake.ts';
import { LISTS, type List } from './lists.ts';
import { createLogSync, type LogSync, type SyncFile } from './log-sync.ts';
import { WAL_LIMIT_BYTES, walBytes } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { createReader, KEEPING, type Keeping } from './reader.ts';
import { createRecording } from './recording.ts';
import { createReturnRows } from './return-rows.ts';
import { createSettle } from './settle.ts';
import { createShapes } from './shapes.ts';
import { operation } from './store-error.ts';
import { createTimers } from './timers.ts';
import { createWriter } from './writer.ts';

export interface SqliteOptions {
  /** Intake answers `OVERLOADED`, and nothing is claimed, while the write-ahead log is larger. Default 1 GiB. */
  readonly walLimitBytes?: number;
  /** Default 1,000. */
  readonly checkpointEveryMs?: number;
  /** Told when the reading thread died; it is started again by itself. */
  readonly onProblem?: (problem: GatewayError) => void;
  /** Told once when the disk lost what was written: nothing is written any more, and the process should end. */
  readonly onLost?: (problem: GatewayError) => void;
  /** For tests of a disk that is slow or fails. */
  readonly syncFile?: SyncFile;
}

/**
 * The embedded driver. Particular to it: one process holds the file and one connection writes, so a transaction meets
 * no other, claims of inbound rows and timers are in memory, and opening frees every lease of the process before.
 * Reads by key and writes are on the main thread; lists, checkpoints, retention and erasure are the reading thread's.
 */
export function openSqliteStore(named: string, options: SqliteOptions = {}): Store {
  const lock = lockFile(named);
  try {
    const path = storeFile(named);
    const client = openWriter(path);
    try {
      migrate(client, path);
      // Whoever held these lines is gone; their tries are told as interrupted when the lines are claimed.
      client.exec('UPDATE line SET due_at_ms = 0 WHERE lease_owner IS NOT NULL');
      // Where a sync of the process before failed, only what is copied from the log and synced anew is sure to be there.
      client.pragma('wal_checkpoint(PASSIVE)');
      const log = createLogSync(`${path}-wal`, options);
      try {
        return assemble(path, client, log, lock, options);
      } catch (error) {
        log.close();
        throw error;
      }
    } catch (error) {
      client.close();
      throw openingError(error, path);
    }
  } catch (error) {
    lock.close();
    throw error;
  }
}

function assemble(
  path: string,
  client: ReturnType<typeof openWriter>,
  log: LogSync,
  lock: ReturnType<typeof lockFile>,
  options: SqliteOptions,
): Store {
  const writer = createWriter(client, log);
  const connections = createConnections(writer);
  const returns = createReturnRows(client);
  const bodies = createRecentBodies<number>();
  writer.onRollback(bodies.forget); // a position that was rolled back is given again
  const inbound = createInboundRows(client);
  const deliveries = createDeliveryRows(client);
  const wal = { path: `${path}-wal`, limitBytes: options.walLimitBytes ?? WAL_LIMIT_BYTES };
  const { checkpointEveryMs = 1000, onProblem } = options;

  const writes = {
    ...createIntake(writer, connections, wal),
    ...createRecording(writer, connections, returns, bodies),
    ...createClaim(writer, bodies),
    ...createSettle(writer),
    ...createDestinations(writer, returns, deliveries),
    ...createTimers(writer),
    ...createCalls(writer),
    ...createFindings(writer),
    ...createShapes(writer),
    ...createAdministration(writer),
  };
  const reader = createReader({ path, checkpointEveryMs, onProblem });
  /** What somebody has been told, lasts; but for outcomes of deliveries and refused requests, which may be told anew. */
  async function told<Result>(result: Result | Promise<Result>): Promise<Result> {
    const known = await result;
    await writer.lasting();
    return known;
  }
  const kept = (result: Promise<unknown>) => result.finally(log.committed);
  const lists = Object.fromEntries([
    ...LISTS.map(name => [name, (...values: unknown[]) => told(reader.call(name, values))]),
    // The keeping connection wrote it, without a sync of its own.
    ...KEEPING.map(name => [name, (...values: unknown[]) => told(kept(reader.call(name, values)))]),
  ]) as unknown as Pick<Store, List | Keeping>;

  /** While the log is too long nothing new is begun either: a backlog that goes on would make it longer still. */
  const isTooLong = () => walBytes(wal.path) > wal.limitBytes;

  return {
    ...writes,
    ...lists,
    claimInbound: async claim => (isTooLong() ? [] : writes.claimInbound(claim)),
    claimLines: async claim => (isTooLong() ? [] : writes.claimLines(claim)),
    listTokens: () => told(writes.listTokens()),
    loadShopper: (account, returnId) => told(writes.loadShopper(account, returnId)),
    listReturns(scope, filter, page) {
      const { tracking } = filter;
      const normalized = tracking === undefined ? filter : { ...filter, tracking: normalizeTracking(tracking) };
      return lists.listReturns(scope, normalized, page);
    },
    getReturn: operation((scope, id) => {
      const row = returns.find(scope, id);
      return told(row === null ? null : returns.toReturnRow(row));
    }),
    getInbound: operation((scope, id) => {
      const row = inbound.find(scope, id);
      return told(row === null ? null : inbound.toRow(row));
    }),
    getDelivery: operation((scope, id) => {
      const row = deliveries.find(scope, id);
      if (row === null) return null;
      return told({ ...deliveries.toRow(row), attempts: deliveries.attempts(row), body: deliveries.body(row) });
    }),
    async close() {
      await reader.close();
      await writer.lasting().catch(() => undefined); // whoever waits for it has been told
      client.close(); // the last connection to go: it empties the log
      log.close();
      lock.close();
    },
  };
}
