import pg from 'pg';
import { openPostgresStore } from '../../src/storage/postgres/store.ts';
import type { Store } from '../../src/storage/store.ts';
import { T0 } from '../conformance/store-kit/rows.ts';
import { describeStore } from '../conformance/store-kit.ts';
import { databaseOf } from '../postgres/databases.ts';

describeStore('the PostgreSQL store', async place => {
  const url = await databaseOf(place, T0);
  return withCallersClock(await openPostgresStore(url, { connections: 3 }), url);
});

/** Operations that are told the time, and where it stands among their arguments. */
const NOW: Readonly<Record<string, (values: readonly never[]) => number>> = {
  claimInbound: ([claim]) => (claim as unknown as { nowMs: number }).nowMs,
  claimLines: ([claim]) => (claim as unknown as { nowMs: number }).nowMs,
  claimTimers: ([claim]) => (claim as unknown as { nowMs: number }).nowMs,
  setTimer: ([, , nowMs]) => nowMs!,
  settleTimer: ([, , , nowMs]) => nowMs!,
  takeCall: ([call]) => (call as unknown as { nowMs: number }).nowMs,
  holdCalls: ([hold]) => (hold as unknown as { nowMs: number }).nowMs,
  record: ([, nowMs]) => nowMs!,
  dueDestinations: ([nowMs]) => nowMs!,
  settleDeliveries: ([, nowMs]) => nowMs!,
  handBackLines: ([, , nowMs]) => nowMs!,
  redeliver: ([, , , nowMs]) => nowMs!,
  setDestinationState: ([, , , , , nowMs]) => nowMs!,
  syncDestinations: ([, nowMs]) => nowMs!,
  beginIdempotent: ([, nowMs]) => nowMs!,
  revokeToken: ([, nowMs]) => nowMs!,
  purgeExpired: ([nowMs]) => nowMs!,
  purgeAged: ([, nowMs]) => nowMs!,
  eraseShopper: ([, , , options]) => (options as unknown as { nowMs: number }).nowMs,
};

/** The kit plays with time; the driver believes the database's clock. Here each call sets that to what it says itself. */
async function withCallersClock(store: Store, url: string): Promise<Store> {
  const clock = new pg.Client({ connectionString: url });
  await clock.connect();
  return new Proxy(store, {
    get(target, name: keyof Store) {
      if (typeof target[name] !== 'function') return target[name]; // `then`, for whoever awaits the store itself
      const operation = target[name] as unknown as (...values: never[]) => Promise<unknown>;
      return async (...values: never[]) => {
        const nowMs = NOW[name]?.(values);
        if (nowMs !== undefined) await clock.query(`UPDATE test_clock SET ms = ${nowMs}`);
        if (name === 'close') await clock.end();
        return operation.apply(target, values);
      };
    },
  });
}
