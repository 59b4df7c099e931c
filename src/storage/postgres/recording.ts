import { GatewayError } from '../../gateway-error.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import { type InboundStored, toInboundWork } from '../rows/inbound.ts';
import type { RecordGroup, RecordResult, Store } from '../store.ts';
import { writeConnections } from './connections.ts';
import type { Database } from './database.ts';
import { INBOUND_COLUMNS } from './inbound-rows.ts';
import { judgeGroups } from './judge-groups.ts';
import { loadReturns } from './load-returns.ts';
import { recordInbound } from './record-inbound.ts';
import { lockState } from './record-state.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';
import { isOfOneTransaction, storeError } from './store-error.ts';
import { writeEvents } from './write-events.ts';
import { writeReturns } from './write-returns.ts';

const claim = statement<InboundStored>(
  sql`WITH picked AS (
      SELECT account, inbound_id FROM inbound_queue WHERE lease_until_ms <= retour_now_ms()
      ORDER BY received_at_ms, inbound_id LIMIT ${given('limit')}::integer FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE inbound_queue q SET lease_owner = ${given('owner')}, lease_until_ms = retour_now_ms() + ${given('lease')}::bigint
      FROM picked p WHERE q.account = p.account AND q.inbound_id = p.inbound_id RETURNING q.account, q.inbound_id
    )
    SELECT ${INBOUND_COLUMNS} JOIN claimed c ON c.account = i.account AND c.inbound_id = i.id
    ORDER BY i.received_at_ms, i.id`,
);
const handBack = statement(
  sql`UPDATE inbound_queue SET lease_owner = NULL, lease_until_ms = 0
    WHERE account IN (SELECT account FROM connection)
      AND inbound_id IN (SELECT json_array_elements_text(${given('ids')}::json)) AND lease_owner = ${given('owner')}`,
);

/** Claims of inbound rows, and the one atomic write that their interpretation ends in. */
export function createRecording(
  database: Database,
  bodies: RecentBodies<string>,
): Pick<Store, 'claimInbound' | 'handBackInbound' | 'loadReturns' | 'record'> {
  async function recordTogether(groups: readonly RecordGroup[]): Promise<readonly RecordResult[]> {
    const written = groups
      .flatMap(group => group.returns)
      .map(({ account, connection, provider }) => ({ account, name: connection, provider }));
    const { results, committed } = await database.transaction(async tx => {
      await writeConnections(tx, written);
      const state = await lockState(tx, groups);
      const { refused, accepted } = judgeGroups(groups, state);
      await writeReturns(tx, accepted, state);
      const remember = await writeEvents(tx, accepted, state, bodies);
      await recordInbound(tx, accepted, state);
      return {
        results: groups.map((_, index): RecordResult => refused.get(index) ?? { outcome: 'recorded' }),
        committed: remember,
      };
    });
    committed();
    return results;
  }

  async function recordAlone(group: RecordGroup): Promise<RecordResult> {
    try {
      return (await recordTogether([group]))[0]!;
    } catch (cause) {
      return { outcome: 'failed', error: ownFault(cause) };
    }
  }

  /** What is wrong with the group, or in its way; where the database takes nothing, that is thrown on. */
  function ownFault(cause: unknown): GatewayError {
    const error = storeError(cause, database.place);
    if (!(error instanceof GatewayError)) return new GatewayError('BUG', 'The group could not be recorded.', { cause });
    if (error.code !== 'BUG' && !isOfOneTransaction(cause)) throw error;
    return error;
  }

  return {
    claimInbound: database.operation(async ({ owner, leaseMs, limit }) =>
      (await database.all(claim, { owner, lease: leaseMs, limit })).map(toInboundWork),
    ),

    handBackInbound: database.operation(async (owner, ids) => {
      if (ids.length > 0) await database.run(handBack, { owner, ids });
    }),

    loadReturns: database.operation(lookups => loadReturns(database, lookups)),

    record: database.operation(async groups => {
      try {
        return await recordTogether(groups);
      } catch (cause) {
        ownFault(cause);
        const results: RecordResult[] = [];
        for (const group of groups) results.push(await recordAlone(group));
        return results;
      }
    }),
  };
}
