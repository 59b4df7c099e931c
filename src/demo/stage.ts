import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Secret } from '../adapter/secret.ts';
import { adapters, exampleAdapters } from '../adapters.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { type Gateway, openGateway } from '../gateway.ts';
import { GatewayError } from '../gateway-error.ts';
import { openStore } from '../storage/open-store.ts';
import { createLog } from '../telemetry/log.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import { freePort } from './ports.ts';
import { ADMIN_TOKEN, prepareFolder, requireSample, SAMPLE_GATEWAY } from './sample-folder.ts';
import { openSampleProvider, type SampleProvider } from './sample-provider.ts';
import { openSampleShop, type SampleShop } from './sample-shop.ts';

/** A gateway with the sample accounts and a merchant's systems behind it, all in this process and on loopback. */
export interface Stage {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly client: GatewayClient;
  readonly shop: SampleShop;
  readonly provider: SampleProvider;
  /** The sample account of an adapter. */
  connection(adapter: string): ConnectionConfig;
  now(): number;
  close(): Promise<void>;
}

/** `port` and `shopPort`: taken if they are free, else any that is; 0: any, and the links in answers lead nowhere. */
export interface StageRequest {
  readonly folder: string;
  readonly port: number;
  readonly shopPort: number;
}

const now = () => Date.now();

export async function openStage({ folder, port, shopPort }: StageRequest): Promise<Stage> {
  requireSample();
  await refuseIfRunning(folder);
  const shop = await openSampleShop(shopPort, now);
  const provider = await openSampleProvider();
  try {
    const gatewayPort = port === 0 ? 0 : await freePort(port);
    const { configDirectory, databaseUrl, logFile, secrets } = await prepareFolder(folder, {
      gatewayUrl: port === 0 ? SAMPLE_GATEWAY : `http://127.0.0.1:${gatewayPort}`,
      shopUrl: shop.url,
      providerUrl: provider.url,
    });
    const token = secrets[ADMIN_TOKEN]!;
    const logStream = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
    const gateway = await openGateway({
      settings: { configDirectory, databaseUrl, host: '127.0.0.1', port: gatewayPort, adminToken: new Secret(token) },
      adapters: [...adapters, ...exampleAdapters],
      log: createLog(logStream),
      env: secrets,
    });
    introduce(gateway, shop);
    return {
      url: gateway.url,
      token,
      folder,
      shop,
      provider,
      now,
      client: createGatewayClient(gateway.url, token),
      connection: adapter => connectionOf(gateway, adapter),
      async close() {
        await gateway.close();
        await Promise.all([shop.close(), provider.close()]);
        await new Promise<void>(resolve => logStream.end(resolve));
      },
    };
  } catch (error) {
    await Promise.all([shop.close(), provider.close()]);
    throw error;
  }
}

/** Deletes the folder and nothing else. Throws `STORE_LOCKED` while a demo uses it. */
export async function resetFolder(folder: string): Promise<void> {
  await refuseIfRunning(folder);
  await rm(folder, { recursive: true, force: true });
}

/** The store's own lock tells whether a demo uses the folder. Whatever else is wrong with the store is told when it is opened in earnest. */
async function refuseIfRunning(folder: string): Promise<void> {
  const database = join(folder, 'retour.db');
  if (!existsSync(database)) return void (await mkdir(folder, { recursive: true, mode: 0o700 }));
  try {
    await (await openStore(`sqlite:${database}`)).close();
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORE_LOCKED') {
      throw new GatewayError(
        'STORE_LOCKED',
        `A demo is running already and uses ${relative(process.cwd(), folder)}/: stop it with Ctrl-C first. (npm run demo -- --check can run beside it.)`,
        { cause: error },
      );
    }
  }
}

/** The merchant knows the secrets of its own systems. */
function introduce(gateway: Gateway, shop: SampleShop): void {
  for (const account of gateway.config.accounts.values()) {
    for (const { url, secrets } of account.destinations.values()) {
      shop.trust(
        new URL(url).pathname,
        secrets.map(secret => secret.reveal()),
      );
    }
  }
}

function connectionOf(gateway: Gateway, adapter: string): ConnectionConfig {
  for (const account of gateway.config.accounts.values()) {
    for (const connection of account.connections.values()) if (connection.adapter.id === adapter) return connection;
  }
  throw new Error(`No sample account uses the adapter ${adapter}.`);
}
