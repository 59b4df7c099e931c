import { adapters } from '../src/adapters.ts';
import type { ConnectionConfig } from '../src/config/config.ts';
import { Expectations } from '../src/config/expectations.ts';
import { deriveFacts } from '../src/model/derive-facts.ts';
import { foldReturn } from '../src/model/fold-return.ts';
import { type Interpretation, interpret } from '../src/pipeline/interpret.ts';
import { tellingsOf } from '../src/pipeline/plan-record.ts';
import type { Derivation, InboundWork } from '../src/storage/store.ts';
import { makeNotices, PER_RETURN } from './notices.ts';
import type { Benchmark } from './row.ts';

/** What one core does without a store: bytes → facts → return, with a history of eight. */
export const pure: Benchmark = {
  name: 'normalize-and-fold',
  async run({ quick }) {
    const standard = adapters.find(adapter => adapter.id === 'standard')!;
    const settings = standard.settings.parse({});
    const connection: ConnectionConfig = {
      account: 'bench',
      name: 'portal',
      adapter: standard,
      settings,
      secrets: {},
      acknowledgeWith: 202,
      expect: Expectations.parse({}),
    };
    const lives = Array.from({ length: 64 }, () =>
      makeNotices(PER_RETURN, 1).map((notice, step) => kept(notice.body, step)),
    );
    const normalize = perSecond(quick, lives, life => life.map(work => interpret(work, connection)).length);
    const histories = lives.map(life => life.map(work => derivationOf(interpret(work, connection))));
    // Each notice folds the history as it stands then: one, two, … eight of them.
    const fold = perSecond(quick, histories, history => {
      for (let known = 1; known <= history.length; known += 1) {
        foldReturn('bench', 'portal', deriveFacts('bench', tellingsOf(history.slice(0, known))));
      }
      return history.length;
    });
    const both = Math.round(1 / (1 / normalize + 1 / fold));
    return [
      { what: 'normalize', value: `${normalize} notices/s`, bar: null, held: null },
      { what: 'derive and fold (history growing to 8)', value: `${fold} notices/s`, bar: null, held: null },
      { what: 'both, per core', value: `${both} notices/s`, bar: '≥ 30,000', held: both >= 30_000 },
    ];
  },
};

/** How much of it is done in a second, after a warm-up; `work` answers how much it did. */
export function perSecond<T>(quick: boolean, inputs: readonly T[], work: (input: T) => number): number {
  const run = (ms: number) => {
    let count = 0;
    const startedAt = performance.now();
    while (performance.now() - startedAt < ms) for (const input of inputs) count += work(input);
    return (count / (performance.now() - startedAt)) * 1000;
  };
  run(500);
  return Math.round(run(quick ? 500 : 5_000));
}

function kept(body: string, step: number): InboundWork {
  return {
    id: `inb_${step}`,
    account: 'bench',
    connection: 'portal',
    adapterId: 'standard',
    source: 'webhook',
    receivedAtMs: 1_800_000_000_000 + step,
    method: 'POST',
    path: '/webhooks/bench/portal',
    query: '',
    headers: {},
    body: Buffer.from(body),
    bodyDigest: '',
    trust: 'signed',
    secretIndex: 0,
    configRevision: null,
    state: 'received',
    variantOf: null,
    interpretedVersion: null,
    notices: [],
  };
}

function derivationOf({ work, provider, adapterVersion, notices }: Interpretation): Derivation {
  const { id, connection, receivedAtMs, trust, secretIndex, configRevision } = work;
  return {
    inboundId: id,
    connection,
    receivedAtMs,
    adapterId: provider,
    adapterVersion,
    trust,
    secretIndex,
    configRevision,
    notices,
  };
}
