import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ConnectionConfig, DestinationConfig, LoadedConfig } from '../../src/config/config.ts';
import { GatewayConfig } from '../../src/config/gateway-config.ts';
import { createDeliver } from '../../src/pipeline/deliver.ts';
import { interpret } from '../../src/pipeline/interpret.ts';
import { record } from '../../src/pipeline/record.ts';
import { replay } from '../../src/pipeline/replay.ts';
import type { Exchange } from '../../src/pipeline/send-delivery.ts';
import type { OutgoingRequest } from '../../src/pipeline/sign-delivery.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { Attempt, InboundWork, Store } from '../../src/storage/store.ts';
import { TEN_O_CLOCK, toyAccounts, toyConnection, toyDestination, toyRow } from './toy-adapter.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

export const DELIVERED: Exchange = {
  outcome: 'delivered',
  status: 204,
  detail: null,
  responseHead: null,
  retryAfterMs: null,
};
export const refusedWith = (status: number, retryAfterMs: number | null = null): Exchange => ({
  outcome: 'refused',
  status,
  detail: `The destination answered ${status}.`,
  responseHead: null,
  retryAfterMs,
});

export interface Sent extends OutgoingRequest {
  readonly atMs: number;
}

async function openOwnStore(): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'retour-workshop-'));
  const store = await openStore(`sqlite:${join(directory, 'retour.db')}`);
  closers.push(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
}

/**
 * The pipeline over a real store, with a clock that only the test moves and destinations that answer what the test
 * says. Nothing runs by itself: `receive`, `deliver` and `replay` do one round each.
 */
export async function openWorkshop(
  options: {
    readonly destinations?: readonly DestinationConfig[];
    readonly connection?: ConnectionConfig;
    /** Whoever opened it closes it. Default one of the workshop's own. */
    readonly store?: Store;
  } = {},
) {
  const store = options.store ?? (await openOwnStore());
  const destinations = options.destinations ?? [toyDestination('all')];
  const clock = { nowMs: TEN_O_CLOCK };
  const lines: object[] = [];
  const log = (line: object) => void lines.push(line);
  let connection = options.connection ?? toyConnection();
  let ids = 0;
  const config = (): LoadedConfig => ({
    gateway: GatewayConfig.parse({}),
    accounts: toyAccounts([connection], destinations),
    files: [],
    findings: [],
  });
  await store.syncDestinations(destinations, clock.nowMs);

  const shared = {
    store,
    config,
    accounts: () => config().accounts,
    newId: (prefix: string) => `${prefix}_${String(++ids).padStart(26, '0')}`,
    now: () => clock.nowMs,
    log: { debug: log, info: log, warn: log, error: log } as never,
    onRecorded: () => {},
  };
  const sent: Sent[] = [];
  const attempts: Attempt[] = [];
  let answer: (outgoing: OutgoingRequest) => Exchange | Promise<Exchange> = () => DELIVERED;
  const newDeliver = (owner: string) =>
    createDeliver(
      {
        ...shared,
        owner,
        chance: () => 0.5,
        sender: {
          async send(outgoing) {
            sent.push({ ...outgoing, atMs: clock.nowMs });
            return answer(outgoing);
          },
          close: async () => {},
        },
        onAttempt: attempt => attempts.push(attempt),
      },
      () => {},
    );
  const worker = newDeliver('worker-1');

  /** Keeps rows as `receive` would, then interprets and records them. */
  async function receive(...rows: readonly InboundWork[]): Promise<void> {
    await store.keepInbound(
      rows.map(row => ({ ...row, dedupe: null, bodyDigest: row.id.padEnd(64, '0').replace(/[^0-9a-f]/g, '0') })),
    );
    await process();
  }

  async function process(): Promise<void> {
    const works = await store.claimInbound({ owner: 'worker-1', nowMs: clock.nowMs, leaseMs: 60_000, limit: 64 });
    await record(
      shared,
      works.map(work => interpret(work, connection)),
      'worker-1',
    );
  }

  return {
    store,
    /** What the pipeline is given. */
    shared,
    clock,
    sent,
    attempts,
    lines,
    receive,
    process,
    /** What a provider told at this minute. */
    tell: (id: string, ...notices: readonly unknown[]) => receive(toyRow(id, notices, { receivedAtMs: clock.nowMs })),
    /** One round of delivering, to its end. */
    async deliver(by = worker) {
      await by.run();
      await by.drain();
    },
    newDeliver,
    replay: (id: string, dryRun: boolean) => replay(shared, 'all', id, { dryRun, requestedBy: 'test' }),
    answerWith(next: typeof answer | Exchange) {
      answer = typeof next === 'function' ? next : () => next;
    },
    /** A later version of the adapter. */
    mend(next: ConnectionConfig) {
      connection = next;
    },
    async returns() {
      return store.listReturns('all', {}, { limit: 50, after: null });
    },
  };
}
