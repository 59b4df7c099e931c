import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters } from '../src/adapters.ts';
import type { AccountConfig, ConnectionConfig } from '../src/config/config.ts';
import { Expectations } from '../src/config/expectations.ts';
import { interpret } from '../src/pipeline/interpret.ts';
import { plan, record } from '../src/pipeline/record.ts';
import { openStore } from '../src/storage/open-store.ts';
import { makeNotices } from './notices.ts';
import type { Benchmark } from './row.ts';

/** Reading kept rows again without writing: what a preview of many costs per notice, store reads included. */
export const preview: Benchmark = {
  name: 'replay-preview',
  async run({ quick }) {
    const directory = mkdtempSync(join(tmpdir(), 'retour-bench-'));
    const store = await openStore(`sqlite:${join(directory, 'retour.db')}`);
    try {
      const standard = adapters.find(adapter => adapter.id === 'standard')!;
      const connection: ConnectionConfig = {
        account: 'bench',
        name: 'portal',
        adapter: standard,
        settings: standard.settings.parse({}),
        secrets: {},
        acknowledgeWith: 202,
        expect: Expectations.parse({}),
      };
      const account: AccountConfig = {
        id: 'bench',
        name: 'Bench',
        owner: '',
        tier: '',
        timezone: 'UTC',
        currency: 'USD',
        connections: new Map([['portal', connection]]),
        destinations: new Map(),
        revision: null,
      };
      let ids = 0;
      const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;
      const deps = {
        store,
        accounts: () => new Map([['bench', account]]),
        newId: (prefix: string) => `${prefix}_${String(++ids).padStart(26, '0')}`,
        now: () => Date.now(),
        log: silent,
        onRecorded() {},
      };
      const notices = makeNotices(quick ? 1_600 : 8_000);
      const rows = notices.map(
        ({ body }, index) =>
          ({
            ...{
              id: deps.newId('inb'),
              account: 'bench',
              connection: 'portal',
              adapterId: 'standard',
              source: 'webhook' as const,
              method: 'POST',
              path: '/',
              query: '',
              headers: {},
            },
            ...{
              receivedAtMs: Date.now(),
              body: Buffer.from(body),
              bodyDigest: String(index).padStart(64, '0'),
              trust: 'signed' as const,
              secretIndex: 0,
              configRevision: null,
              dedupe: null,
            },
          }) as const,
      );
      for (let at = 0; at < rows.length; at += 64) {
        await store.keepInbound(rows.slice(at, at + 64));
        const works = await store.claimInbound({ owner: 'bench', nowMs: Date.now(), leaseMs: 60_000, limit: 64 });
        await record(
          deps,
          works.map(work => interpret(work, connection)),
          'bench',
        );
      }
      const startedAt = performance.now();
      for (const { id } of rows) {
        const row = await store.getInbound('all', id);
        await plan(deps, [interpret({ ...row!, body: row!.body! }, connection)], null);
      }
      const perSecond = Math.round(rows.length / ((performance.now() - startedAt) / 1000));
      return [{ what: 'replay preview', value: `${perSecond} notices/s`, bar: '≥ 2,000', held: perSecond >= 2000 }];
    } finally {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
