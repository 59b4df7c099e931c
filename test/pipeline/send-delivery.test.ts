import type { LookupAddress } from 'node:dns';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/adapter/secret.ts';
import { createSender, type Sender } from '../../src/pipeline/send-delivery.ts';
import { signDelivery } from '../../src/pipeline/sign-delivery.ts';
import { startDestination } from './destination-server.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function destination(...args: Parameters<typeof startDestination>) {
  const server = await startDestination(...args);
  open.push(server);
  return server;
}

function sender(...args: Parameters<typeof createSender>): Sender {
  const made = createSender(...args);
  open.push(made);
  return made;
}

function outgoing(url: string, secrets = [NEW, OLD]) {
  return signDelivery(
    { url, secrets: secrets.map(text => new Secret(text)) },
    { webhookId: 'evt_1', body: '{"type":"x"}' },
    Date.now(),
  );
}

/** A resolver that answers what the test says, whatever it is asked. */
function resolvesTo(...answers: string[][]): Parameters<typeof createSender>[1] {
  let nth = 0;
  const resolve = (_host: string, _options: unknown, done: (error: null, found: LookupAddress[]) => void) => {
    const addresses = answers[Math.min(nth++, answers.length - 1)]!;
    done(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as Parameters<typeof createSender>[1];
}

describe('a signed delivery', () => {
  it('verifies with the published standardwebhooks library under either of two rotating secrets', async () => {
    const server = await destination();

    const exchange = await sender(LOOPBACK).send(outgoing(server.url), 2000, Date.now());

    expect(exchange).toMatchObject({ outcome: 'delivered', status: 204, detail: null });
    const [arrived] = server.arrived;
    for (const secret of [OLD, NEW]) {
      expect(new Webhook(secret).verify(arrived!.body, arrived!.headers as Record<string, string>)).toEqual({
        type: 'x',
      });
    }
    expect(() => new Webhook(OLD).verify(`${arrived!.body} `, arrived!.headers as Record<string, string>)).toThrow();
  });

  it('carries the shopper only where one is given', () => {
    const body = '{"data":{"return":{"id":"ret_1"}}}';
    const destinationWith = { url: 'https://x.example', secrets: [new Secret(NEW)] };

    expect(signDelivery(destinationWith, { webhookId: 'evt_1', body }, 0).body).toBe(body);
    expect(
      JSON.parse(
        signDelivery(destinationWith, { webhookId: 'evt_1', body, shopper: { email: 'jo@example.com' } }, 0).body,
      ).data.return,
    ).toEqual({
      id: 'ret_1',
      shopper: { email: 'jo@example.com' },
    });
  });
});

describe('an exchange', () => {
  it('is refused by any other status, a redirect included, which is not followed', async () => {
    const target = await destination();
    const server = await destination((_arrived, response) =>
      response.writeHead(302, { location: target.url }).end('elsewhere'),
    );

    const exchange = await sender(LOOPBACK).send(outgoing(server.url), 2000, Date.now());

    expect(exchange).toMatchObject({ outcome: 'refused', status: 302, responseHead: 'elsewhere' });
    expect(target.arrived).toEqual([]);
  });

  it('reports how long the destination asks to wait', async () => {
    const server = await destination((_arrived, response) => response.writeHead(429, { 'retry-after': '7' }).end());

    expect(await sender(LOOPBACK).send(outgoing(server.url), 2000, Date.now())).toMatchObject({
      status: 429,
      retryAfterMs: 7000,
    });
  });

  it('ends at one deadline when the answer drips', async () => {
    const server = await destination((_arrived, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });

    expect(await sender(LOOPBACK).send(outgoing(server.url), 300, Date.now())).toMatchObject({
      outcome: 'timeout',
      status: null,
    });
  });

  it('reads no more than 64 KiB of an answer', async () => {
    const server = await destination((_arrived, response) => {
      response.writeHead(200);
      const chunk = 'x'.repeat(65_536);
      const pour = () => {
        while (response.write(chunk)) if (response.destroyed) return;
      };
      response.on('drain', pour);
      response.on('error', () => undefined);
      pour();
    });

    const exchange = await sender(LOOPBACK).send(outgoing(server.url), 5000, Date.now());

    expect(exchange).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(exchange.responseHead).toHaveLength(500);
  });

  it('keeps nothing of an answer to a message that carries the shopper, because it may quote it', async () => {
    const server = await destination((arrived, response) => response.writeHead(500).end(`cannot read ${arrived.body}`));
    const to = { url: server.url, secrets: [new Secret(NEW)] };
    const message = { webhookId: 'evt_1', body: '{"data":{"return":{}}}' };
    const personal = signDelivery(to, { ...message, shopper: { email: 'jo@example.com' } }, Date.now());
    const plain = signDelivery(to, { ...message, shopper: null }, Date.now());

    expect(await sender(LOOPBACK).send(personal, 2000, Date.now())).toMatchObject({ status: 500, responseHead: null });
    expect(await sender(LOOPBACK).send(plain, 2000, Date.now())).toMatchObject({
      responseHead: 'cannot read {"data":{"return":{"shopper":null}}}',
    });
  });

  it('keeps an answer without the query of the URL, which is often a token', async () => {
    const server = await destination(({ url }, response) =>
      response.writeHead(404).end(`no ${url}, nor for the key a b&c`),
    );

    const exchange = await sender(LOOPBACK).send(outgoing(`${server.url}/x?key=a%20b%26c&v=1`), 2000, Date.now());

    expect(exchange).toMatchObject({ status: 404, responseHead: 'no /x[…], nor for the key […]' });
  });

  it('is unreachable where nobody listens', async () => {
    const server = await startDestination();
    await server.close();

    expect(await sender(LOOPBACK).send(outgoing(server.url), 2000, Date.now())).toMatchObject({
      outcome: 'unreachable',
      detail: 'The connection failed (ECONNREFUSED).',
    });
  });
});

describe('addresses that are not public', () => {
  it.each([
    'http://127.0.0.1:9/',
    'http://2130706433:9/',
    'http://0x7f.1:9/',
    'http://017700000001:9/',
    'http://[::1]:9/',
    'http://[::ffff:127.0.0.1]:9/',
    'http://[64:ff9b::7f00:1]:9/',
    'http://[2002:7f00:1::]:9/',
    'https://10.0.0.1/',
    'https://169.254.169.254/',
    'https://0.0.0.0/',
    'https://[fe80::1]/',
    'https://192.168.0.1./',
    'https://100.64.0.1/',
  ])('are refused as literals: %s', async url => {
    expect(await sender([]).send(outgoing(url), 2000, Date.now())).toMatchObject({ outcome: 'blocked', status: null });
  });

  it.each([[['127.0.0.1']], [['10.1.2.3']], [['93.184.216.34', '127.0.0.1']], [['::ffff:10.0.0.1']]])(
    'are refused when a name stands for them: %j',
    async addresses => {
      expect(
        await sender([], resolvesTo(addresses)).send(outgoing('https://hooks.example/'), 2000, Date.now()),
      ).toMatchObject({ outcome: 'blocked' });
    },
  );

  it('are reached where the configuration opens the range, by the address that was checked', async () => {
    const server = await destination();
    const url = server.url.replace('127.0.0.1', 'changes-its-mind.example');

    const exchange = await sender(['127.0.0.0/8'], resolvesTo(['127.0.0.1'], ['10.0.0.1'])).send(
      outgoing(url),
      2000,
      Date.now(),
    );

    expect(exchange).toMatchObject({ outcome: 'delivered' });
    expect(server.arrived).toHaveLength(1);
  });

  it('do not open plain http to the public', async () => {
    expect(
      await sender(['127.0.0.0/8'], resolvesTo(['93.184.216.34'])).send(
        outgoing('http://hooks.example/'),
        2000,
        Date.now(),
      ),
    ).toMatchObject({ outcome: 'blocked' });
  });
});
