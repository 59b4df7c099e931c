import { createServer } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { Secret } from '../src/adapter/secret.ts';
import { verify } from '../src/adapter/verification.ts';
import { bodyOf, headersOf, targetOf } from '../src/http/inbound-request.ts';
import { readBody } from '../src/http/read-body.ts';

/**
 * What acknowledging is measured against. `hono`: the same route with the same verification and answer, and no store.
 * `http`: bare node:http, which reads the body and answers.
 */
const [kind, secretText] = process.argv.slice(2);
const secrets = [new Secret(secretText!)];

function honoServer() {
  const app = new Hono();
  app.post('/webhooks/*', async c => {
    const headers = headersOf(c as never);
    const read = await readBody(bodyOf(c as never), { maxBytes: 1_048_576, take: () => true });
    if (read.outcome !== 'read') return c.body(null, 400);
    const { path, query } = targetOf(c as never);
    const request = { method: 'POST', path, query: new URLSearchParams(query), headers, body: read.bytes };
    const verification = await verify(request, { scheme: 'standard_webhooks' }, secrets, new Date());
    if (verification.outcome !== 'accepted') return c.body(null, 401);
    return c.json({ id: 'inb_00000000000000000000000000', duplicate: false }, 202);
  });
  return createAdaptorServer({ fetch: app.fetch });
}

function bareServer() {
  return createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{"duplicate":false}'));
  });
}

const server = kind === 'hono' ? honoServer() : bareServer();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
});
