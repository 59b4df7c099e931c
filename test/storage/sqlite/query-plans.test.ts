import type { Database as Connection } from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createRecentBodies } from '../../../src/storage/recent-bodies.ts';
import { createAdministration } from '../../../src/storage/sqlite/administration.ts';
import { createCalls } from '../../../src/storage/sqlite/calls.ts';
import { createClaim } from '../../../src/storage/sqlite/claim.ts';
import { createConnections } from '../../../src/storage/sqlite/connections.ts';
import { createDeliveryRows } from '../../../src/storage/sqlite/delivery-rows.ts';
import { createDestinations } from '../../../src/storage/sqlite/destinations.ts';
import { createErasure } from '../../../src/storage/sqlite/erasure.ts';
import { createFindings } from '../../../src/storage/sqlite/findings.ts';
import { createInboundRows } from '../../../src/storage/sqlite/inbound-rows.ts';
import { createIntake } from '../../../src/storage/sqlite/intake.ts';
import { createLists } from '../../../src/storage/sqlite/lists.ts';
import { createPurge } from '../../../src/storage/sqlite/maintenance.ts';
import { migrate } from '../../../src/storage/sqlite/migrate.ts';
import { createRecording } from '../../../src/storage/sqlite/recording.ts';
import { createRetention, createRetentionReport } from '../../../src/storage/sqlite/retention.ts';
import { createReturnRows } from '../../../src/storage/sqlite/return-rows.ts';
import { createSettle } from '../../../src/storage/sqlite/settle.ts';
import { createShapes } from '../../../src/storage/sqlite/shapes.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import { createTimers } from '../../../src/storage/sqlite/timers.ts';
import { createWriter } from '../../../src/storage/sqlite/writer.ts';
import type { Store } from '../../../src/storage/store.ts';
import { FIRST_PAGE, group, inboundRow, kept, T0, write } from '../../conformance/store-kit/rows.ts';
import { NO_LOG } from '../place.ts';

/** Tables that stay small, whatever the load: read whole where that is simplest. */
const SMALL = ['connection', 'destination', 'd', 't', 'c', 'token', 'config_revision', 'retention_run', 'rejection'];
/** The backlog counts its queues, which are indexes of what is waiting; an erasure counts one by connection. */
const COUNTED = [
  'SCAN inbound USING COVERING INDEX inbound_queue',
  'SCAN inbound USING INDEX inbound_queue',
  'SCAN line',
];

/** Everything the driver prepares, with the statements that filters make. */
async function everyStatement(): Promise<{ readonly client: Connection; readonly statements: readonly string[] }> {
  const client = new Database(':memory:');
  migrate(client, 'memory');
  const statements = new Set<string>();
  const prepare = client.prepare.bind(client);
  client.prepare = ((text: string) => {
    statements.add(text);
    return prepare(text);
  }) as typeof client.prepare;

  const writer = createWriter(client, NO_LOG);
  const connections = createConnections(writer);
  const returns = createReturnRows(client);
  const deliveries = createDeliveryRows(client);
  const bodies = createRecentBodies();
  createInboundRows(client);
  const intake = createIntake(writer, connections, { path: 'none', limitBytes: 1 });
  const recording = createRecording(writer, connections, returns, bodies);
  createClaim(writer, bodies);
  createSettle(writer);
  createDestinations(writer, returns, deliveries);
  createTimers(writer);
  createCalls(writer);
  createFindings(writer);
  createShapes(writer);
  createAdministration(writer);
  createPurge(client);
  createRetention(client);
  createRetentionReport(client);
  createErasure(client);
  const lists = createLists(client);

  // Filters make their statements when they are first used, and only where there is a connection to read.
  await kept(intake as Store, inboundRow('inb_1'));
  await recording.record([group([write('ret_1')])], T0);
  const numbers = [{}, { order: 'a' }, { rma: 'a' }, { tracking: 'a' }, { email: 'a' }, { order: 'a', email: 'b' }];
  for (const number of numbers) {
    lists.listReturns('all', number, FIRST_PAGE);
    lists.listReturns('all', { ...number, status: 'requested', account: 'acme-outdoor' }, FIRST_PAGE);
  }
  lists.lastReceipts('acme-outdoor', 'happy-returns', 10);
  lists.standingReturns({ account: 'a', connection: 'c', status: 's', beforeMs: T0 }, 10);
  for (const state of [undefined, 'received', 'recorded', 'failed', 'held'] as const) {
    for (const fingerprint of [undefined, 'f']) {
      lists.listInbound('all', { ...(state && { state }), ...(fingerprint && { fingerprint }) }, FIRST_PAGE);
    }
  }
  return { client, statements: [...statements] };
}

describe('every statement', () => {
  it('finds its rows by an index: none reads a large table whole', async () => {
    const { client, statements } = await everyStatement();

    const scans = statements
      .filter(text => /^\s*(select|update|delete|insert)/i.test(text))
      .flatMap(text => {
        const plan = client
          .prepare(`EXPLAIN QUERY PLAN ${text}`)
          .all(...Array(text.split('?').length - 1).fill(null)) as { detail: string }[];
        return plan.map(({ detail }) => ({ detail, text }));
      })
      .filter(
        ({ detail }) =>
          detail.startsWith('SCAN') && !/^SCAN \d|VIRTUAL TABLE|CONSTANT ROW|SUBQUERY|\(subquery/.test(detail),
      )
      .filter(({ detail }) => !SMALL.includes(detail.split(' ')[1]!) && !COUNTED.includes(detail));

    expect(statements.length).toBeGreaterThan(90);
    expect(scans).toEqual([]);
  });

  it('sorts nothing to find a page of a list', async () => {
    const { client, statements } = await everyStatement();
    const lists = statements.filter(
      text => /DESC, (\w\.)?ref DESC LIMIT/.test(text) && !text.includes('OFFSET') && !text.includes('.ref = +?\n'),
    );

    const sorting = lists.filter(text => {
      const plan = client
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all(...Array(text.split('?').length - 1).fill(null)) as { detail: string }[];
      return plan.some(({ detail }) => detail.includes('TEMP B-TREE'));
    });

    expect(lists.length).toBeGreaterThan(10);
    expect(sorting.filter(text => !/r\.ref = \+\?|return_ref = \(/.test(text))).toEqual([]);
  });
});
