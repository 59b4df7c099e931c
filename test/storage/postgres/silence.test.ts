import { expect, it, onTestFinished } from 'vitest';
import { createIntakeQueue } from '../../../src/pipeline/intake-queue.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { inboundRow } from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';
import { openWay } from '../../postgres/way.ts';

it('a server that says nothing any more keeps no webhook waiting for more than ten seconds', {
  timeout: 40_000,
}, async () => {
  const url = await emptyDatabase();
  onTestFinished(() => dropDatabase(url));
  const way = await openWay(Number(new URL(url).port));
  const store = await openPostgresStore(Object.assign(new URL(url), { port: way.port }).href);
  onTestFinished(() => store.close());
  onTestFinished(() => way.thaw());
  const { keep } = createIntakeQueue(store);
  const row = (id: string) => inboundRow(id, { receivedAtMs: Date.now() });
  await keep(row('inb_1'));
  const error = { code: 'STORE_UNAVAILABLE' };
  way.freeze();

  const waits: number[] = [];
  const told = async (id: string) => {
    const startedAt = performance.now();
    const result = await keep(row(id));
    waits.push(performance.now() - startedAt);
    return result;
  };
  const first = told('inb_2');
  await new Promise(resolve => setTimeout(resolve, 50)); // the next batch
  const rejecting = expect(store.addRejection({ ...REJECTION, receivedAtMs: Date.now() }, 10)).rejects.toMatchObject(
    error,
  );
  const results = await Promise.all([first, told('inb_3')]);

  expect(results).toMatchObject([
    { outcome: 'failed', error },
    { outcome: 'failed', error },
  ]);
  await rejecting;
  expect(Math.max(...waits)).toBeLessThan(11_000);
  way.thaw();
  expect(await keep(row('inb_4'))).toMatchObject({ outcome: 'kept' });
});

const REJECTION = {
  id: 'rej_1',
  account: 'acme',
  connection: 'c',
  reason: 'SIGNATURE_MISMATCH',
  method: 'POST',
  path: '/',
  header: null,
  received: null,
  expected: [],
  skewSeconds: null,
  bodyBytes: 1,
};
