import type { GatewayError } from '../../gateway-error.ts';
import { createRecentBodies } from '../recent-bodies.ts';
import type { Store } from '../store.ts';
import { createAdministration } from './administration.ts';
import { createCalls } from './calls.ts';
import { createClaim } from './claim.ts';
import { createClaimedAccounts } from './claimed-accounts.ts';
import { checkServer } from './connect.ts';
import { type Database, openDatabase } from './database.ts';
import { createDestinations } from './destinations.ts';
import { createFindings } from './findings.ts';
import { createIntake } from './intake.ts';
import { createDeliveryReads } from './list-deliveries.ts';
import { createLists } from './lists.ts';
import { migrate } from './migrate.ts';
import { createNotifier, type Work } from './notify.ts';
import { createPartitions } from './partitions.ts';
import { createRecording } from './recording.ts';
import { createRemoving } from './removing.ts';
import { createSettle } from './settle.ts';
import { createShapes } from './shapes.ts';
import { createSilence } from './silence.ts';
import { createTimers } from './timers.ts';

export interface PostgresOptions {
  /** Connections for writes and reads by key. Default 8; three for lists and one for notifications come on top. */
  readonly connections?: number | undefined;
  /** Told when something is wrong that the store goes on without. */
  readonly onProblem?: ((problem: GatewayError) => void) | undefined;
  /** Told when another process has made work. */
  readonly onWork?: ((work: Work) => void) | undefined;
  /** Told of every statement that goes out, for counting. */
  readonly onStatement?: ((text: string) => void) | undefined;
}

/**
 * The driver for many processes. Particular to it: what is due, leased or expired is judged by the database's clock, so
 * that a process whose own is wrong does no harm; claims skip what others hold; batches write sorted rows.
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const partitions = createPartitions(() => database);
  const database: Database = openDatabase(url, partitions, options);
  try {
    await database.operation(async () => {
      await checkServer(database);
      await migrate(database);
      await partitions.ensureAhead();
    })();
  } catch (error) {
    await database.close();
    throw error;
  }
  const { onWork = () => undefined, onProblem = () => undefined } = options;
  const notifier = createNotifier({ url, place: database.place, onWork, onProblem });
  const bodies = createRecentBodies<string>();
  const accounts = createClaimedAccounts();
  const intake = createIntake(database);
  const recording = createRecording(database, bodies);

  return {
    ...intake,
    ...recording,
    ...createClaim(database, bodies, accounts),
    ...createSettle(database, partitions, accounts),
    ...createDestinations(database),
    ...createDeliveryReads(database),
    ...createTimers(database),
    ...createCalls(database),
    ...createFindings(database),
    ...createShapes(database),
    ...createSilence(database),
    ...createAdministration(database),
    ...createLists(database),
    ...createRemoving(database, partitions),
    async keepInbound(batch) {
      const results = await intake.keepInbound(batch);
      if (results.some(({ outcome }) => outcome !== 'failed')) notifier.tell('received');
      return results;
    },
    async record(groups, nowMs) {
      const results = await recording.record(groups, nowMs);
      notifier.tell('due');
      return results;
    },
    async close() {
      await notifier.close();
      await database.close();
    },
  };
}
