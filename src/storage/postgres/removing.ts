import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { createErasure } from './erasure.ts';
import { createPurge } from './maintenance.ts';
import type { Partitions } from './partitions.ts';
import { createRetention, createRetentionReport } from './retention.ts';

/** What goes by age, and what goes because somebody asked for it. */
export function createRemoving(
  database: Database,
  partitions: Partitions,
): Pick<Store, 'purgeExpired' | 'purgeAged' | 'retentionReport' | 'eraseShopper'> {
  return {
    ...createPurge(database),
    purgeAged: database.operation(createRetention(database, partitions)),
    retentionReport: database.operation(createRetentionReport(database, partitions)),
    eraseShopper: database.operation(createErasure(database, partitions)),
  };
}
