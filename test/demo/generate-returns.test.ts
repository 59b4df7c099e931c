import { describe, expect, it } from 'vitest';
import { CHAOS, type Chaos, type GeneratedReturn, generateReturns } from '../../src/demo/generate-returns.ts';
import { connectionsOfStories, NEW_YEAR } from '../conformance/generated-returns.ts';

const RETURNS = 100;

async function generated(
  seed: number,
  chaos: readonly Chaos[] = [],
  connections = connectionsOfStories(),
): Promise<readonly GeneratedReturn[]> {
  const returns: GeneratedReturn[] = [];
  const options = { seed, returns: RETURNS, connections, chaos, now: () => NEW_YEAR };
  for await (const one of generateReturns(options)) returns.push(one);
  return returns;
}

/** Everything that would be sent, byte for byte. */
function bytesOf(returns: readonly GeneratedReturn[]): readonly string[] {
  return returns.flatMap(({ arrivals }) =>
    arrivals.map(({ as, request: { method, path, query, headers, body } }) =>
      JSON.stringify([as, method, path, query.toString(), headers, Buffer.from(body).toString('base64')]),
    ),
  );
}

function requestsOf(returns: readonly GeneratedReturn[], as: string): readonly string[] {
  return returns.flatMap(({ arrivals }) =>
    arrivals.filter(arrival => arrival.as === as).map(({ request }) => Buffer.from(request.body).toString('latin1')),
  );
}

describe('generated returns', () => {
  it('are the same from the same seed, byte for byte, and others from another', async () => {
    const once = bytesOf(await generated(11, CHAOS));

    expect(bytesOf(await generated(11, CHAOS))).toEqual(once);
    expect(bytesOf(await generated(12, CHAOS))).not.toEqual(once);
  });

  it('are of every provider, and no two requests of any two are alike', async () => {
    const returns = await generated(13);
    const webhooks = returns.map(one => requestsOf([one], 'webhook'));

    expect(new Set(returns.map(({ connection }) => connection.adapter.id)).size).toBe(connectionsOfStories().length);
    expect(new Set(webhooks.flat()).size).toBe(webhooks.flatMap(bodies => [...new Set(bodies)]).length);
  });

  it('are the same returns with chaos that adds or moves requests', async () => {
    const calm = await generated(14);
    const messy = await generated(14, ['duplicate', 'reorder', 'bad-signature']);

    const webhooks = (returns: readonly GeneratedReturn[]) =>
      returns.map(one => requestsOf([one], 'webhook').toSorted());
    expect(webhooks(messy)).toEqual(webhooks(calm));
  });

  it.each(CHAOS)('have the chaos that was asked for, and no other: %s', async kind => {
    const [calm, messy] = [await generated(15), await generated(15, [kind])];
    const more = (as: string) => requestsOf(messy, as).length > requestsOf(calm, as).length;
    const ordered = (returns: readonly GeneratedReturn[]) =>
      returns.every(({ arrivals }) =>
        arrivals.every(({ as, place }, at) => as === 'again' || arrivals.slice(0, at).every(one => one.place <= place)),
      );

    expect({
      duplicate: more('again'),
      reorder: !ordered(messy),
      drift: requestsOf(messy, 'webhook').some(body => body.includes('addedByTheFuture')),
      'bad-signature': more('forgery'),
    }).toEqual({ duplicate: false, reorder: false, drift: false, 'bad-signature': false, [kind]: true });
  });

  it('forge nothing where nobody is proven', async () => {
    const unproven = connectionsOfStories()
      .filter(({ adapter }) => adapter.id === 'example')
      .map(each => ({ ...each, settings: { ...(each.settings as object), verification: { scheme: 'none' } } }));

    const [calm, messy] = [await generated(16, [], unproven), await generated(16, ['bad-signature'], unproven)];

    expect(requestsOf(messy, 'forgery')).toEqual(requestsOf(calm, 'forgery'));
  });
});
