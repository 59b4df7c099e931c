import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { example } from '../../../adapters/example/index.ts';
import { tiktokShop } from '../../../adapters/tiktok-shop/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import type { InboundRequest } from '../../../src/adapter/webhook.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import { record } from '../../../src/pipeline/record.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import type { ReturnRow } from '../../../src/storage/store.ts';
import { accountsOf, fixtureConnection } from '../../conformance/fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { inboundRow } from '../../conformance/recording.ts';
import { requestOf } from '../reading.ts';

/** A marketplace tells its own returns beside a return provider that tells the same goods: recorded in a store of one account with both. */

const cases = new Map(loadCases(fixturesOf('tiktok-shop')).map(each => [each.name, each]));

function connectionOf(adapter: Adapter) {
  return fixtureConnection(adapter, loadConnections(fixturesOf(adapter.id)).get('default')!);
}

const market = connectionOf(tiktokShop);
const portal = connectionOf(example);

const accounts = accountsOf(market, portal);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A return that the provider was asked for, of one line of this order. */
export interface AtProvider {
  readonly returnId: string;
  readonly order: string;
}

/** Fixtures of TikTok Shop (by name) and returns of the provider, recorded in this order; then all returns, the oldest first. */
export async function recorded(...steps: readonly (string | AtProvider)[]): Promise<readonly ReturnRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'retour-tiktok-'));
  const store = await openStore(`sqlite:${join(directory, 'retour.db')}`);
  closers.push(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  let ids = 0;
  let nowMs = Date.UTC(2026, 10, 20, 10);
  const silent = () => {};
  const deps = {
    store,
    accounts: () => accounts,
    newId: (prefix: string) => `${prefix}_${String(++ids).padStart(26, '0')}`,
    now: () => nowMs,
    log: { debug: silent, info: silent, warn: silent, error: silent } as never,
    onRecorded: silent,
  };
  for (const step of steps) {
    const connection = typeof step === 'string' ? market : portal;
    const request = typeof step === 'string' ? cases.get(step)!.request : opened(step);
    const row = inboundRow(connection, request, deps.newId('inb'), nowMs);
    await store.keepInbound([{ ...row, dedupe: null, bodyDigest: row.id.slice(-8).padEnd(64, '0') }]);
    const works = await store.claimInbound({ owner: 'worker', nowMs, leaseMs: 60_000, limit: 8 });
    await record(
      deps,
      works.map(work => interpret(work, connection)),
      'worker',
    );
    nowMs += 60_000;
  }
  const returns = await store.listReturns('all', {}, { limit: 50, after: null });
  return returns.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
}

function opened({ returnId, order }: AtProvider): InboundRequest {
  const notice = {
    kind: 'return.opened',
    return_id: returnId,
    at: '2026-11-10T09:30:00Z',
    currency: 'USD',
    order: { number: order },
    lines: [{ line: '1', quantity: 1, sku: 'TEE-M-BLU' }],
  };
  return requestOf({ shop: 'acme-example', notices: [notice] });
}
