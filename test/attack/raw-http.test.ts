import { describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN } from '../crash/gateway-process.ts';
import { readAll, until } from '../crash/read-api.ts';
import {
  openRawServer,
  prepareAttacked,
  requested,
  sendWebhook,
  signedWebhook,
  speakRaw,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const POST = 'POST /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\n';

/** Requests whose end two readers would find at different places, or that no reader should take. */
const REFUSED: Readonly<Record<string, string>> = {
  'a length and chunks': `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunks and a length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  'two lengths': `${POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
  'a list of lengths': `${POST}Content-Length: 0, 5\r\n\r\n`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n`,
  'a length with a sign': `${POST}Content-Length: +5\r\n\r\nhello`,
  'a length in hex': `${POST}Content-Length: 0x5\r\n\r\nhello`,
  'a length beyond all numbers': `${POST}Content-Length: 99999999999999999999999\r\n\r\n`,
  'an unknown transfer coding': `${POST}Transfer-Encoding: identity, something\r\n\r\nhello`,
  'chunked that is not last': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  'a blank before the colon': `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  'a chunk beyond all numbers': `${POST}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx`,
  'a chunk that is no number': `${POST}Transfer-Encoding: chunked\r\n\r\nlots\r\nx`,
  'a NUL in a header': `${POST}webhook-id: a\0b\r\nContent-Length: 0\r\n\r\n`,
  'a carriage return in a header': `${POST}webhook-id: a\rX-Injected: 1\r\nContent-Length: 0\r\n\r\n`,
  'a folded header': `${POST}webhook-id: a\r\n X-Injected: 1\r\nContent-Length: 0\r\n\r\n`,
  'a header without a name': `${POST}: value\r\nContent-Length: 0\r\n\r\n`,
  'a header name with a blank': `${POST}web hook: value\r\nContent-Length: 0\r\n\r\n`,
  'headers without end': `${POST}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  'another version': 'POST /webhooks/acme/portal HTTP/9.9\r\nHost: x\r\n\r\n',
  'no version': 'GET /v1/tokens\r\n\r\n',
  'a path with a blank': 'GET /v1/ tokens HTTP/1.1\r\nHost: x\r\n\r\n',
  'no host': 'POST /webhooks/acme/portal HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
  'TLS where none is spoken': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

describe('a request that is not well formed', () => {
  it('is refused, whatever is wrong with it, and what follows on its connection is not read as a second one', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const second = `GET /v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`;

    for (const [what, request] of Object.entries(REFUSED)) {
      const heard = await speakRaw(gateway.port, Buffer.from(`${request}${second}`, 'latin1'), 1000);
      expect(heard, what).toMatch(/^HTTP\/1\.1 4(00|13|31) /);
      expect(heard.match(/HTTP\/1\.1 \d/g), what).toHaveLength(1);
      expect(heard, what).not.toContain('"data"');
    }
    await sendWebhook(gateway.url, requested('R-1'), 'well-formed');
    expect(await readAll(gateway.url, '/v1/inbound')).toHaveLength(1);
  });
});

describe('a body that looks like a request', () => {
  it('is none, also where nobody reads it', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const inside = `GET /v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`;
    const chunk = `${inside.length.toString(16)}\r\n${inside}\r\n0\r\n\r\n`;
    const next = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const refused: Readonly<Record<string, string>> = {
      'POST /webhooks/nobody/portal': '503',
      'POST /webhooks/acme/portal': '401',
      'PUT /webhooks/acme/portal': '405',
      'POST /v1/tokens': '401',
      'POST /nothing': '404',
      'GET /healthz': '200',
      'POST /webhooks/../x': '400',
    };

    for (const [line, status] of Object.entries(refused)) {
      for (const rest of [
        `Content-Length: ${inside.length}\r\n\r\n${inside}`,
        `Transfer-Encoding: chunked\r\n\r\n${chunk}`,
      ]) {
        const heard = await speakRaw(gateway.port, `${line} HTTP/1.1\r\nHost: x\r\n${rest}${next}`, 1000);
        const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
        // The one behind it is answered, unless the connection ends with the first; the one inside never.
        expect([line, statuses]).toEqual([line, status === '400' ? ['400'] : [status, '200']]);
        expect(heard, line).not.toContain('"data"');
      }
    }
  });
});

describe('headers by the thousand', () => {
  it('are all seen or all refused: nothing is hidden behind them', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const { headers, body } = await signedWebhook(requested('R-1'), 'behind-many');
    const proof = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = `Content-Length: ${body.length}\r\n\r\n${body}`;
    const among = (count: number, ...last: string[]) =>
      speakRaw(gateway.port, `${POST}${'a:1\r\n'.repeat(count)}${last.join('')}${length}`, 2000);

    expect(await among(900, ...proof)).toMatch(/^HTTP\/1\.1 202 /);
    expect(await among(900, ...proof, ...proof)).toMatch(/^HTTP\/1\.1 401 /); // two proofs are none
    expect(await among(1100, ...proof)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('a method that is not one of the API', () => {
  it('tunnels, echoes and upgrades nothing', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n';

    expect(await speakRaw(gateway.port, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n', 1000)).toBe('');
    for (const [request, status] of [
      ['TRACE /v1/returns HTTP/1.1\r\nHost: x\r\nX-Echo: canary\r\n', 401],
      ['TRACE /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\nX-Echo: canary\r\n', 405],
      ['OPTIONS * HTTP/1.1\r\nHost: x\r\n', 400],
      [`GET /docs HTTP/1.1\r\nHost: x\r\n${upgrade}`, 200],
      [`GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n`, 417],
    ] as const) {
      const heard = await speakRaw(gateway.port, `${request}\r\n`, 1000);
      expect([request, heard.slice(0, 12)]).toEqual([request, `HTTP/1.1 ${status}`]);
      expect(heard, request).not.toMatch(/canary|101 Switching/);
    }
  });
});

describe('an answer', () => {
  it('carries no header, name or mark-up that a caller put into the request', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const foreign =
      'Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example\r\nX-Request-Id: <script>evil.example\r\nReferer: http://evil.example/\r\n';
    const injected = '%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<script>evil()</script>';
    const paths = [
      '/',
      '/docs',
      '/openapi.json',
      '/problems',
      '/healthz',
      `/${injected}`,
      `/docs?${injected}`,
      `/problems/${injected}`,
      `/problems/<script>evil()</script>`,
      `/webhooks/acme/${injected}`,
      `/webhooks/${injected}/portal`,
      `/v1/returns?${injected}`,
      `/v1/returns/${injected}`,
      `/v1/returns?cursor=${injected}`,
      `/v1/${injected}`,
      'http://evil.example/docs',
      '//evil.example/docs',
      '/docs/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
    ];

    for (const method of ['GET', 'POST']) {
      for (const path of paths) {
        for (const authorization of ['', `Authorization: Bearer ${ADMIN_TOKEN}\r\n`]) {
          const request = `${method} ${path} HTTP/1.1\r\n${foreign}${authorization}Accept: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
          const heard = await speakRaw(gateway.port, request, 2000);
          const [head] = heard.split('\r\n\r\n', 1);
          expect(heard, `${method} ${path}`).toMatch(/^HTTP\/1\.1 [2345]\d\d /);
          expect(head, `${method} ${path}`).not.toMatch(/^(set-cookie|location|access-control-)/im);
          expect(heard, `${method} ${path}`).not.toMatch(/evil\.example|<script>|root:/);
        }
      }
    }
  });
});

describe('a message to a destination', () => {
  it('has the headers it has, whatever the webhook behind it carried', async () => {
    const heard: string[] = [];
    const destination = await openRawServer((socket, request) => {
      heard.push(request);
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const url = `http://127.0.0.1:${destination.port}/hooks/%0d%0aX-Injected:%201?q=%0d%0aX-Injected:%202`;
    const gateway = await startAttacked(prepareAttacked({ destinations: { everything: { url } } }));
    const evil = '\r\nX-Injected: 3\r\n\r\nGET / HTTP/1.1\r\n';
    const details = {
      rmaNumber: `RMA${evil}`,
      order: { number: `MK-1${evil}`, id: null, placedAt: null },
      shopper: { email: `jo${evil}@example.com` },
    };
    const { headers, body } = await signedWebhook(requested(`R-1${evil}`, details), 'a--";X-Injected:4');
    const forwarded = { 'x-injected': '5', 'webhook-signature-2': 'x', cookie: 'a=b', te: 'trailers' };

    const answer = await fetch(`${gateway.url}/webhooks/acme/portal?x=%0d%0aX-Injected:%206`, {
      method: 'POST',
      headers: { ...headers, ...forwarded },
      body,
    });
    await until(
      () => heard.length,
      count => count === 1,
      'the message',
    );

    expect(answer.status).toBe(202);
    const [head, message] = heard[0]!.split('\r\n\r\n') as [string, string];
    const [first, ...lines] = head.split('\r\n');
    expect(first).toBe('POST /hooks/%0d%0aX-Injected:%201?q=%0d%0aX-Injected:%202 HTTP/1.1');
    expect(lines.map(line => line.slice(0, line.indexOf(':')).toLowerCase()).toSorted()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
    ]);
    expect(head).toMatch(/^webhook-id: evt_[0-9a-z]{26}$/m);
    expect(JSON.parse(message).data.return.rmaNumber).toBe(`RMA${evil}`);
  });
});
