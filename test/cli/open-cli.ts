import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret } from '../../src/adapter/secret.ts';
import { adapters } from '../../src/adapters.ts';
import type { CliDeps } from '../../src/cli/cli-command.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { createGatewayClient, type GatewayClient } from '../../src/demo/gateway-client.ts';
import { openSampleShop, type SampleShop } from '../../src/demo/sample-shop.ts';
import { type Gateway, openGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/telemetry/log.ts';

/** A real gateway with two sample accounts, a merchant behind it, and the command line in front of it. */

const SAMPLE = fileURLToPath(new URL('../../config/sample', import.meta.url));
const ACCOUNTS = ['sample-happy-returns', 'sample-standard'];
export const TOKEN = 'rtk_made-up-administrator-token-of-the-tests';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliStage {
  /** The one that was opened last. */
  readonly gateway: Gateway;
  readonly client: GatewayClient;
  readonly shop: SampleShop;
  readonly folder: string;
  readonly databaseFile: string;
  /** What the command line is told by its environment. */
  readonly env: Readonly<Record<string, string>>;
  run(argv: readonly string[], deps?: Partial<CliDeps>): Promise<Ran>;
  /** Stops the gateway and opens it again over the same store, with its account files edited. */
  reopen(edit: (yaml: string) => string): Promise<void>;
  /** Stops the gateway alone. */
  stop(): Promise<void>;
  isOpen(): boolean;
  /** Every id that the lists of the API know. */
  ids(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Runs one command with a terminal that nobody looks at. */
export async function runWith(argv: readonly string[], deps: Partial<CliDeps>): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    out: text => {
      out += text;
    },
    outBytes: bytes => {
      out += Buffer.from(bytes).toString('latin1');
    },
    err: text => {
      err += text;
    },
    columns: null,
    colour: false,
    now: () => Date.now(),
    env: {},
    stdin: async () => new Uint8Array(),
    interrupted: () => new AbortController().signal,
    ...deps,
  });
  return { code, out, err };
}

/** `databaseUrl`: default an SQLite file of its own. */
export async function openCliStage(options: { readonly databaseUrl?: string } = {}): Promise<CliStage> {
  const folder = await mkdtemp(join(tmpdir(), 'retour-cli-'));
  const shop = await openSampleShop(0, () => Date.now());
  const config = join(folder, 'config');
  const secrets = await writeConfig(config, shop.url);
  const databaseFile = join(folder, 'retour.db');
  const databaseUrl = options.databaseUrl ?? `sqlite:${databaseFile}`;
  // As the command `serve` does, so that the store is not for everybody to read.
  process.umask(0o077);
  let gateway = await open(config, databaseUrl, secrets);
  let isOpen = true;
  for (const account of gateway.config.accounts.values()) {
    for (const { url, secrets: known } of account.destinations.values()) {
      shop.trust(
        new URL(url).pathname,
        known.map(secret => secret.reveal()),
      );
    }
  }
  const stage: CliStage = {
    get gateway() {
      return gateway;
    },
    get client() {
      return createGatewayClient(gateway.url, TOKEN);
    },
    get env() {
      return {
        ...secrets,
        RETOUR_URL: gateway.url,
        RETOUR_TOKEN: TOKEN,
        RETOUR_CONFIG: config,
        RETOUR_DATABASE_URL: databaseUrl,
        RETOUR_PORT: new URL(gateway.url).port,
      };
    },
    shop,
    folder,
    databaseFile,
    run: (argv, deps = {}) => runWith(argv, { env: stage.env, ...deps }),
    async reopen(edit) {
      await stage.stop();
      for (const account of ACCOUNTS) {
        const file = join(config, 'accounts', `${account}.yaml`);
        await writeFile(file, edit(await readFile(file, 'utf8')));
      }
      gateway = await open(config, databaseUrl, secrets);
      isOpen = true;
    },
    async stop() {
      if (isOpen) await gateway.close();
      isOpen = false;
    },
    isOpen: () => isOpen,
    async ids() {
      const lists = ['returns', 'inbound', 'rejections', 'findings', 'deliveries', 'tokens'].map(async group => {
        const { out } = await stage.run([group, 'list', '--json', ...(group === 'tokens' ? [] : ['--limit', '1000'])]);
        return (JSON.parse(out) as { data: { id: string }[] }).data.map(({ id }) => id);
      });
      return (await Promise.all(lists)).flat();
    },
    async close() {
      await stage.stop();
      await shop.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

function open(config: string, databaseUrl: string, env: Readonly<Record<string, string>>): Promise<Gateway> {
  return openGateway({
    settings: {
      configDirectory: config,
      databaseUrl,
      host: '127.0.0.1',
      port: 0,
      adminToken: new Secret(TOKEN),
    },
    adapters: adapters.filter(({ id }) => ACCOUNTS.includes(`sample-${id}`)),
    log: createLog({ write: () => {} }),
    env,
  });
}

/** Two of the sample accounts, whichever others there are; made-up secrets for what they refer to. */
async function writeConfig(config: string, shopUrl: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(join(config, 'accounts'), { recursive: true });
  await cp(join(SAMPLE, 'retour.yaml'), join(config, 'retour.yaml'));
  const secrets: Record<string, string> = {};
  for (const account of ACCOUNTS) {
    const text = await readFile(join(SAMPLE, 'accounts', `${account}.yaml`), 'utf8');
    for (const [, name] of text.matchAll(/env: ([A-Z_]+)/g)) {
      secrets[name!] = `whsec_${Buffer.from(name!.padEnd(32, '.')).toString('base64')}`;
    }
    const placed = text.replaceAll('http://127.0.0.1:4100', shopUrl);
    await writeFile(join(config, 'accounts', `${account}.yaml`), placed);
  }
  return secrets;
}
