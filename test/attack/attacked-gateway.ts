import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { standard } from '../../adapters/standard/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import {
  ACCOUNT,
  type GatewayFolder,
  type GatewayProcess,
  prepareGatewayFolder,
  type SpawnOptions,
  spawnGateway,
} from '../crash/gateway-process.ts';

/** A real gateway process with one account, for tests that do to it what nobody should. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export const PORTAL_SECRET = `whsec_${Buffer.alloc(32, 4).toString('base64')}`;
export const DESTINATION_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

export interface AttackedFolder {
  /** Values of the account's file beside the portal, which is always there. */
  readonly account?: object;
  readonly connections?: object;
  readonly destinations?: Readonly<Record<string, object>>;
  readonly otherAccounts?: Readonly<Record<string, object>>;
  readonly gateway?: object;
  readonly secrets?: Readonly<Record<string, string>>;
}

export function prepareAttacked(given: AttackedFolder = {}): GatewayFolder {
  const place = mkdtempSync(join(tmpdir(), 'retour-attack-'));
  afterTest(() => rmSync(place, { recursive: true }));
  const destinations = Object.entries(given.destinations ?? {}).map(([name, destination]) => [
    name,
    { secrets: [{ env: 'ATTACK_DESTINATION' }], ...destination },
  ]);
  return prepareGatewayFolder(place, {
    ...(given.gateway === undefined ? {} : { gateway: given.gateway }),
    accounts: {
      acme: {
        ...ACCOUNT,
        ...given.account,
        connections: {
          portal: { adapter: 'standard', secrets: { webhook: [{ env: 'ATTACK_PORTAL' }] } },
          ...given.connections,
        },
        destinations: Object.fromEntries(destinations),
      },
      ...given.otherAccounts,
    },
    secrets: { ATTACK_PORTAL: PORTAL_SECRET, ATTACK_DESTINATION: DESTINATION_SECRET, ...given.secrets },
  });
}

export interface Attacked extends GatewayProcess {
  readonly url: string;
  readonly port: number;
}

export async function startAttacked(folder: GatewayFolder, options: SpawnOptions = {}): Promise<Attacked> {
  const gateway = spawnGateway(folder, options);
  afterTest(() => gateway.end('SIGKILL'));
  const url = await gateway.listening;
  return { ...gateway, url, port: Number(new URL(url).port) };
}

/** A portal event with a valid signature, as it would go over the wire. */
export async function signedWebhook(
  event: object | string,
  id: string,
  secret = PORTAL_SECRET,
): Promise<{ readonly headers: Record<string, string>; readonly body: string }> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return { headers: await signedHeaders(Buffer.from(body), id, secret), body };
}

/** What proves these bytes, whatever they are. */
export async function signedHeaders(
  body: Uint8Array,
  id: string,
  secret = PORTAL_SECRET,
): Promise<Record<string, string>> {
  const request: InboundRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'webhook-id': [id] },
    body,
  };
  const connection = { settings: standard.settings.parse({}), secrets: { webhook: [new Secret(secret)] } };
  const { headers } = await standard.webhook!.sign(request, connection, new Date());
  const flat = Object.fromEntries(Object.entries(headers).map(([name, [value]]) => [name, value!]));
  return { 'content-type': 'application/json', ...flat };
}

/** Answers the id under which it was kept; throws where it was not. */
export async function sendWebhook(url: string, event: object | string, id: string): Promise<string> {
  const response = await fetch(`${url}/webhooks/acme/portal`, { method: 'POST', ...(await signedWebhook(event, id)) });
  const answer = await response.text();
  if (response.status !== 202) throw new Error(`The webhook was answered ${response.status}: ${answer}`);
  return (JSON.parse(answer) as { readonly id: string }).id;
}

export function requested(providerReturnId: string, details: object = {}): object {
  const timestamp = '2026-01-05T09:00:00.000Z';
  return { type: 'return.requested', timestamp, data: { providerReturnId, change: { details } } };
}

/** A server that speaks whatever it likes, byte by byte; it counts who came. */
export async function openRawServer(
  talk: (socket: Socket, heard: string) => void,
  listen: { readonly host?: string; readonly port?: number } = {},
): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    connections += 1;
    sockets.add(socket);
    let heard = '';
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', chunk => {
      heard += chunk;
      // A request is whole where its body is; what is tested here sends small ones with a length.
      const [head, body = ''] = heard.split('\r\n\r\n', 2);
      const length = Number(/^content-length: (\d+)/im.exec(head!)?.[1] ?? Number.NaN);
      if (!heard.includes('\r\n\r\n') || Buffer.byteLength(body) < length) return;
      const whole = heard;
      heard = '';
      talk(socket, whole);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port ?? 0, listen.host ?? '127.0.0.1', resolve);
  });
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise(resolve => server.close(resolve));
  });
  const address = server.address() as { readonly port: number };
  return { port: address.port, connections: () => connections };
}

/** Says what it is told to a port, byte for byte, and answers what was heard until the other side closed or fell silent. */
export function speakRaw(port: number, text: string | Buffer, silenceMs = 300): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const end = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(silenceMs, end);
    socket.on('error', end).on('close', end);
    socket.setEncoding('latin1').on('data', chunk => {
      heard += chunk;
    });
    socket.write(text);
  });
}

/** Memory that a process holds now. */
export function residentBytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))![1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1024;
}
