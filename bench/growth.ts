import { type GrownStore, growStore } from './grow-store.ts';
import { distribution } from './load.ts';
import { ask, type Running, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const BAR = '< 50 ms and ≤ 1.5 × of 100,000';

/** What people look at, and what it costs once the store has a long history. */
const QUERIES: readonly {
  readonly what: string;
  readonly path: (store: GrownStore) => string;
  readonly most?: number;
}[] = [
  { what: 'list of returns', path: () => '/v1/returns?limit=50' },
  { what: 'returns by status', path: () => '/v1/returns?status=in_transit&limit=50' },
  { what: 'search by order', path: ({ known }) => `/v1/returns?order=${known.order}`, most: 1 },
  { what: 'search by tracking number', path: ({ known }) => `/v1/returns?tracking=${known.tracking}`, most: 1 },
  { what: 'search by e-mail', path: ({ known }) => `/v1/returns?email=${encodeURIComponent(known.email)}`, most: 1 },
  { what: 'list of webhooks', path: () => '/v1/inbound?limit=50' },
  { what: 'list of deliveries', path: () => '/v1/deliveries?limit=50' },
  { what: 'deliveries by state', path: () => '/v1/deliveries?state=delivered&limit=50' },
];

/** Lists and searches over a hundred thousand returns and over a million, through the API of a real process. */
export const growth: Benchmark = {
  name: 'growth',
  async run({ quick }) {
    const small = await measure(quick ? 2_000 : 100_000, quick);
    const large = await measure(quick ? 10_000 : 1_000_000, quick);
    const size = `${large.returns.toLocaleString('en')} returns, ${large.facts.toLocaleString('en')} facts`;
    const rows: Row[] = [
      { what: 'the larger store', value: `${size}, ${Math.round(large.bytes / 2 ** 20)} MiB`, bar: null, held: null },
    ];
    for (const { what } of QUERIES) {
      const before = small.latencies.get(what)!;
      const after = large.latencies.get(what)!;
      const ratio = after.p50 / before.p50;
      rows.push({
        what,
        value: `p50 ${after.p50} ms, p99 ${after.p99} ms; ${ratio.toFixed(2)} × the smaller store's p50 of ${before.p50} ms`,
        bar: BAR,
        held: quick ? null : after.p99 < 50 && ratio <= 1.5,
      });
    }
    return rows;
  },
};

async function measure(returns: number, quick: boolean) {
  const store = await growStore(returns);
  try {
    const gateway = await startGateway(store.folder);
    const latencies = new Map<string, ReturnType<typeof distribution>>();
    for (const query of QUERIES) latencies.set(query.what, await timed(gateway, store, query, quick ? 20 : 200));
    await gateway.stop();
    return { returns: store.returns, facts: store.facts, bytes: store.folder.sizes().database, latencies };
  } finally {
    store.remove();
  }
}

async function timed(
  gateway: Running,
  store: GrownStore,
  { what, path, most }: (typeof QUERIES)[number],
  times: number,
) {
  const latencies: number[] = [];
  for (let nth = -10; nth < times; nth += 1) {
    const startedAt = performance.now();
    const { data } = await ask<{ data: unknown[] }>(gateway, path(store));
    if (data.length !== (most ?? 50)) throw new Error(`${what} found ${data.length} rows`);
    if (nth >= 0) latencies.push(performance.now() - startedAt);
  }
  return distribution(latencies);
}
