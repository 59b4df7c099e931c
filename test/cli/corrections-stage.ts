import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter } from '../../src/adapter/define-adapter.ts';
import { Secret } from '../../src/adapter/secret.ts';
import { checkSignature } from '../../src/demo/check-signature.ts';
import { createGatewayClient, type GatewayClient, until } from '../../src/demo/gateway-client.ts';
import { listen } from '../../src/demo/ports.ts';
import { type Gateway, openGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type Ran, runWith, TOKEN } from './open-cli.ts';
import { mistakenParcelDesk } from './parcel-desk.ts';

/** A real gateway whose only adapter can be exchanged, the provider in front of it and a receiver behind it. */

const SAMPLE = fileURLToPath(new URL('../../config/sample/retour.yaml', import.meta.url));
const SECRETS = {
  ACME_DESK_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  ACME_REFUNDS_SECRET: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
};

/** A genuine message, as the receiver got it. */
export interface Received {
  readonly webhookId: string;
  readonly type: string;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test states what it expects in the message.
  readonly data: any;
}

export interface CorrectionsStage {
  readonly url: string;
  /** Everything the receiver took, in the order it came. */
  readonly received: readonly Received[];
  readonly receiverUrl: string;
  /** Sends a webhook as Parcel Desk would, and waits until it was read and its messages were taken; its inbound id. */
  tell(webhookId: string, body: object): Promise<string>;
  run(argv: readonly string[]): Promise<Ran>;
  /** Stops the gateway and opens it again over the same store, with another version of the adapter. */
  reopen(adapter: Adapter): Promise<void>;
  /** Waits until nothing is left to send. */
  settle(): Promise<void>;
  ids(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openCorrectionsStage(): Promise<CorrectionsStage> {
  const folder = await mkdtemp(join(tmpdir(), 'retour-corrections-'));
  const receiver = await openReceiver();
  const config = join(folder, 'config');
  await mkdir(join(config, 'accounts'), { recursive: true });
  await cp(SAMPLE, join(config, 'retour.yaml'));
  await writeFile(join(config, 'accounts/acme-outdoor.yaml'), accountFile(receiver.url));
  let gateway = await open(folder, mistakenParcelDesk);
  const client = (): GatewayClient => createGatewayClient(gateway.url, TOKEN);

  const stage: CorrectionsStage = {
    get url() {
      return gateway.url;
    },
    received: receiver.received,
    receiverUrl: receiver.url,
    async tell(webhookId, body) {
      const connection = gateway.config.accounts.get('acme-outdoor')!.connections.get('parcel-desk')!;
      const request = {
        method: 'POST',
        path: '/webhooks/acme-outdoor/parcel-desk',
        query: new URLSearchParams(),
        headers: { 'content-type': ['application/json'], 'webhook-id': [webhookId] },
        body: Buffer.from(JSON.stringify(body)),
      };
      const signed = await connection.adapter.webhook!.sign(request, connection, new Date());
      const { inboundId } = await client().send(signed);
      await client().inbound(inboundId!);
      await stage.settle();
      return inboundId!;
    },
    run: argv =>
      runWith(argv, {
        columns: 132,
        now: () => Date.now() + 125_000,
        env: { RETOUR_URL: gateway.url, RETOUR_TOKEN: TOKEN },
      }),
    async reopen(adapter) {
      await gateway.close();
      gateway = await open(folder, adapter);
    },
    async settle() {
      await until(
        () => client().deliveries({}),
        rows => rows.every(({ state }) => state === 'delivered'),
        'everything to be delivered',
      );
    },
    async ids() {
      const lists = ['returns', 'inbound', 'deliveries'].map(async group => {
        const { out } = await stage.run([group, 'list', '--json', '--limit', '1000']);
        return (JSON.parse(out) as { data: { id: string }[] }).data.map(({ id }) => id);
      });
      return (await Promise.all(lists)).flat();
    },
    async close() {
      await gateway.close();
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

function open(folder: string, adapter: Adapter): Promise<Gateway> {
  return openGateway({
    settings: {
      configDirectory: join(folder, 'config'),
      databaseUrl: `sqlite:${join(folder, 'retour.db')}`,
      host: '127.0.0.1',
      port: 0,
      adminToken: new Secret(TOKEN),
    },
    adapters: [adapter],
    log: createLog({ write: () => {} }),
    env: SECRETS,
  });
}

function accountFile(receiverUrl: string): string {
  return [
    'name: Acme Outdoor',
    'owner: key-accounts@market.example',
    'timezone: America/New_York',
    'currency: USD',
    'connections:',
    '  parcel-desk: { adapter: parcel-desk, secrets: { webhook: [{ env: ACME_DESK_WEBHOOK_SECRET }] } }',
    'destinations:',
    `  refunds: { url: ${receiverUrl}/hooks/returns, secrets: [{ env: ACME_REFUNDS_SECRET }] }`,
    '',
  ].join('\n');
}

/** Takes what is genuine; anything else is answered 401 and would never be delivered. */
async function openReceiver() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const fault = checkSignature(SECRETS.ACME_REFUNDS_SECRET, request.headers, body, Date.now());
      if (fault === null) {
        received.push({ webhookId: String(request.headers['webhook-id']), ...JSON.parse(body.toString('utf8')) });
      }
      response.writeHead(fault === null ? 204 : 401).end();
    });
  });
  await listen(server, 0);
  const address = server.address() as { readonly port: number };
  return {
    received,
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
