import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { openHttp, requested } from '../../http/open-http.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

/** The HTTP surface over PostgreSQL, whose texts cannot hold U+0000. */
async function open() {
  const url = await emptyDatabase();
  const store = await openPostgresStore(url, { connections: 3 });
  onTestFinished(async () => {
    await store.close();
    await dropDatabase(url);
  });
  return openHttp({ store });
}

interface Parameter {
  readonly in: string;
  readonly name: string;
}

const BODIES: Readonly<Record<string, object>> = {
  '/v1/erasures': { account: 'acme', email: 'jo\0@example.com' },
  '/v1/tokens': { name: 'a\0b', roles: ['viewer'], accounts: ['acme'] },
};

it('no endpoint fails over U+0000 in its path, its filters or its body', { timeout: 60_000 }, async () => {
  const { get, call } = await open();
  const { paths } = (await get('/openapi.json')).body as {
    readonly paths: Record<string, Record<string, { readonly parameters?: readonly Parameter[] }>>;
  };
  const failed: string[] = [];
  let asked = 0;

  for (const [template, operations] of Object.entries(paths)) {
    for (const [method, { parameters = [] }] of Object.entries(operations)) {
      const path = template.replaceAll(/\{\w+\}/g, 'x%00y');
      const queries = parameters.filter(each => each.in === 'query').map(({ name }) => `?${name}=x%00y`);
      for (const query of ['', ...queries]) {
        const given = method === 'get' ? {} : { body: BODIES[template] ?? { reason: 'x\0y' } };
        const { status, body } = await call(method.toUpperCase(), path + query, given);
        asked += 1;
        if (status >= 500 && body.code !== 'CONNECTION_UNKNOWN') failed.push(`${method} ${path}${query}: ${status}`);
      }
    }
  }

  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThan(50);
});

it('a cursor may name any text, and no number that is no instant', async () => {
  const { get, tell } = await open();
  await tell(requested('R-1'));
  await tell(requested('R-2'));
  const statuses = async (list: string, positions: readonly string[]) => {
    const cursor: string = (await get(`${list}?limit=1`)).body.nextCursor;
    const [binding] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const answers: number[] = [];
    for (const position of positions) {
      const odd = Buffer.from(`["${binding}",${position}]`).toString('base64url');
      answers.push((await get(`${list}?limit=1&cursor=${odd}`)).status);
    }
    return answers;
  };

  for (const list of ['/v1/returns', '/v1/inbound', '/v1/deliveries']) {
    const positions = ['1,"x\\u0000y"', '1.5,"x"', '1e999,"x"', '1e300,"x"'];
    expect([list, await statuses(list, positions)]).toEqual([list, [200, 422, 422, 422]]);
  }
  expect(await statuses('/v1/events', ['1', '1.5', '1e999', '1e300'])).toEqual([200, 422, 422, 422]);
});

it('a return whose id holds U+0000 is told of twice and is one', async () => {
  const { get, tell } = await open();
  const first = await tell(requested('R\0odd'));
  const again = await tell(requested('R\0odd', { rmaNumber: 'RA\0-1' }, '2026-11-20T09:30:00.000Z'));

  expect((await get('/v1/returns')).body.data).toHaveLength(1);
  expect((await get(`/v1/inbound/${first}`)).body.state).toBe('recorded');
  expect((await get(`/v1/inbound/${again}`)).body.state).toBe('recorded');
  expect((await get('/v1/returns?rma=RA%00-1')).body.data).toHaveLength(1);
});
