import { startPostgres } from '../test/postgres/server.ts';
import { type GrownStore, growStore } from './grow-store.ts';
import { type Distribution, distribution } from './load.ts';
import { databaseBytes, freshDatabase } from './postgres-database.ts';
import { ask, type Running, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const BAR = '< 50 ms and ≤ 1.5 × of a tenth';

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
  async run({ quick, size }) {
    const most = size ?? (quick ? 20_000 : 1_000_000);
    const small = await measure(await growStore(most / 10), quick);
    const large = await measure(await growStore(most), quick);
    return compared(small, large, quick);
  },
};

/** The same on PostgreSQL, over ten thousand and a hundred thousand; `--size 1000000` for a million. */
export const growthOnPostgres: Benchmark = {
  name: 'growth-on-postgres',
  async run({ quick, size }) {
    const most = size ?? (quick ? 20_000 : 100_000);
    const server = await startPostgres({ durable: false });
    try {
      const [small, large] = [await freshDatabase(server), await freshDatabase(server)];
      const before = await measure(await growStore(most / 10, small), quick);
      const after = await measure(await growStore(most, large), quick);
      return compared(before, { ...after, bytes: await databaseBytes(large) }, quick);
    } finally {
      await server.remove();
    }
  },
};

interface Measured {
  readonly returns: number;
  readonly facts: number;
  readonly bytes: number;
  readonly latencies: ReadonlyMap<string, Distribution>;
}

function compared(small: Measured, large: Measured, quick: boolean): readonly Row[] {
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
}

async function measure(store: GrownStore, quick: boolean): Promise<Measured> {
  try {
    const gateway = await startGateway(store.folder);
    const latencies = new Map<string, Distribution>();
    try {
      for (const query of QUERIES) latencies.set(query.what, await timed(gateway, store, query, quick ? 20 : 200));
    } finally {
      await gateway.stop();
    }
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
