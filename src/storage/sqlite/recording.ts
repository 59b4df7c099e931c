import { GatewayError } from '../../gateway-error.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import { toInboundWork } from '../rows/inbound.ts';
import type { RecordGroup, RecordResult, Store } from '../store.ts';
import type { Connections } from './connections.ts';
import { createInboundRows, type InboundNumbered } from './inbound-rows.ts';
import { createLeases } from './leases.ts';
import { createLoadReturns } from './load-returns.ts';
import { createRecordInbound } from './record-inbound.ts';
import type { ReturnRows } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation, storeError } from './store-error.ts';
import { CONFLICT, createWriteAliases } from './write-aliases.ts';
import { createWriteEvent } from './write-event.ts';
import { createWriteReturn } from './write-return.ts';
import type { Writer } from './writer.ts';

/** Claims of inbound rows, and the one atomic write that their interpretation ends in. */
export function createRecording(
  writer: Writer,
  connections: Connections,
  rows: ReturnRows,
  bodies: RecentBodies<number>,
): Pick<Store, 'claimInbound' | 'handBackInbound' | 'loadReturns' | 'record'> {
  const { client } = writer;
  const claims = createLeases<number>();
  const inboundRows = createInboundRows(client);
  const loadReturns = createLoadReturns(client, connections, rows);
  const recordInbound = createRecordInbound(writer, claims);
  const aliases = createWriteAliases(writer, connections);
  const writeReturn = createWriteReturn(writer, connections, rows, aliases, createWriteEvent(client, bodies));
  const queued = prepare<{ ref: number }>(
    client,
    sql`SELECT ref FROM inbound WHERE state = 'received' ORDER BY received_at_ms, ref LIMIT ${given('limit')}`,
  );
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM inbound WHERE id = ${given('id')}`);

  function recordGroup(group: RecordGroup, nowMs: number): { readonly result: RecordResult; readonly refs: number[] } {
    try {
      const refs = writer.nested(() => {
        const opened = group.inbound.map(recordInbound.open);
        const own = opened.map(({ ref }) => ref);
        const changed = aliases.begin(new Set(own));
        if (group.returns.length > 1) for (const write of group.returns) aliases.release(write);
        for (const write of group.returns) writeReturn(write, nowMs);
        for (const each of opened) recordInbound.write(each, changed, nowMs);
        return own;
      });
      return { result: { outcome: 'recorded' }, refs };
    } catch (cause) {
      if (!client.inTransaction) throw cause; // the whole batch is gone: a full disk, a failed write
      if (cause === CONFLICT) return { result: { outcome: 'conflict' }, refs: [] };
      const known = storeError(cause);
      const message = 'The group could not be recorded.';
      const error = known instanceof GatewayError ? known : new GatewayError('BUG', message, { cause });
      return { result: { outcome: 'failed', error }, refs: [] };
    }
  }

  return {
    claimInbound: operation(({ owner, nowMs, leaseMs, limit }) => {
      const claimed: InboundNumbered[] = [];
      for (const { ref } of queued.all({ limit: limit + claims.held(nowMs) })) {
        if (claimed.length === limit) break;
        if (!claims.isFree(ref, nowMs)) continue;
        const row = inboundRows.byRef(ref);
        if (row === undefined) continue;
        claims.take(ref, owner, nowMs + leaseMs);
        claimed.push(row);
      }
      return claimed.map(toInboundWork);
    }),

    handBackInbound: operation((owner, ids) => {
      for (const id of ids) {
        const ref = refOf.get({ id })?.ref;
        if (ref !== undefined && claims.isOwner(ref, owner)) claims.release(ref);
      }
    }),

    loadReturns: operation(loadReturns),

    record: operation((groups, nowMs) => {
      const recorded = writer.deferred(() => groups.map(group => recordGroup(group, nowMs)));
      for (const { refs } of recorded) for (const ref of refs) claims.release(ref);
      return recorded.map(({ result }) => result);
    }),
  };
}
