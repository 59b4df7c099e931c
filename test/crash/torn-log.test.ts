import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adapters } from '../../src/adapters.ts';
import { parseEnvironment } from '../../src/config/process-settings.ts';
import { seededChance } from '../../src/demo/seeded-chance.ts';
import { type Gateway, openGateway } from '../../src/gateway.ts';
import { foldAnew } from './fold-anew.ts';
import { ACCOUNT, type GatewayFolder, prepareGatewayFolder, spawnGateway } from './gateway-process.ts';
import { inspectFile } from './inspect-file.ts';
import { type Json, readAll, readBacklog, until } from './read-api.ts';
import { signMessage } from './senders.ts';
import { NETWORK, networkStory } from './stories.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What a power cut or a bad disk may leave of the write-ahead log. */
const DAMAGES: Readonly<Record<string, (log: Buffer) => Buffer>> = {
  'cut in the middle': log => log.subarray(0, log.length >> 1),
  'cut in its first frame': log => log.subarray(0, 100),
  empty: () => Buffer.alloc(0),
  'zeroed from the middle on': log => Buffer.concat([log.subarray(0, log.length >> 1), Buffer.alloc(log.length >> 1)]),
  'changed by one bit': log => {
    const changed = Buffer.from(log);
    changed[(log.length >> 1) + 40]! ^= 1;
    return changed;
  },
  'without its header': log => Buffer.concat([Buffer.alloc(32, 0xa5), log.subarray(32)]),
  'followed by garbage': log => Buffer.concat([log, Buffer.alloc(10_000, 0xa5)]),
};

const SECRETS = { portal: '', network: 'a made-up secret of a drop-off network' };
const MESSAGES = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap(name => networkStory(name, seededChance(name.charCodeAt(0))));
const places: string[] = [];

function newFolder(): GatewayFolder {
  const place = mkdtempSync(join(tmpdir(), 'retour-torn-'));
  places.push(place);
  const connection = {
    adapter: 'happy-returns',
    settings: { retailerId: NETWORK.retailerId },
    secrets: { webhook: [{ env: 'TORN_SECRET' }] },
  };
  return prepareGatewayFolder(place, {
    accounts: { [NETWORK.account]: { ...ACCOUNT, connections: { [NETWORK.connection]: connection } } },
    secrets: { TORN_SECRET: SECRETS.network },
  });
}

/** Sends every message once, in order, and answers the ids under which they were kept. */
async function sendAll(url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const message of MESSAGES) {
    const { headers, path, body } = await signMessage(message, SECRETS);
    const pairs = Object.entries(headers).map(([name, [value]]): [string, string] => [name, value!]);
    const response = await fetch(`${url}${path}`, { method: 'POST', headers: pairs, body: Buffer.from(body) });
    expect(response.status).toBe(200);
    ids.push(((await response.json()) as { id: string }).id);
  }
  await until(
    () => readBacklog(url),
    ({ inbound }) => inbound === 0,
    'everything to be read',
  );
  return ids;
}

let killed: { readonly folder: GatewayFolder; readonly ids: readonly string[] };
beforeAll(async () => {
  const folder = newFolder();
  const gateway = spawnGateway(folder);
  const ids = await sendAll(await gateway.listening);
  await gateway.end('SIGKILL');
  killed = { folder, ids };
});
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true });
});

describe('a write-ahead log after kill -9', () => {
  it.each(Object.keys(DAMAGES))('that is %s costs its end and nothing else', async damage => {
    const folder = newFolder();
    mkdirSync(dirname(folder.database));
    copyFileSync(killed.folder.database, folder.database);
    writeFileSync(`${folder.database}-wal`, DAMAGES[damage]!(readFileSync(`${killed.folder.database}-wal`)));

    const gateway = await open(folder);
    const left = await readAll(gateway.url, '/v1/inbound');
    const ids = await sendAll(gateway.url);
    const kept = await readAll(gateway.url, '/v1/inbound');
    await gateway.close();

    // What is left is what came first, whole; what is lost is known to nobody here, so that it can be told again.
    const survivors = left.map((row: Json) => row.id).toReversed();
    expect(survivors).toEqual(killed.ids.slice(0, left.length));
    expect(ids.slice(0, left.length)).toEqual(survivors);
    expect(kept).toHaveLength(MESSAGES.length);
    expect(inspectFile(folder)).toEqual([]);
    expect(await foldAnew(folder, seededChance(1))).toEqual([]);
    if (damage === 'followed by garbage') expect(left).toHaveLength(MESSAGES.length);
  });
});

async function open({ env }: GatewayFolder): Promise<Gateway> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return openGateway({ settings: parseEnvironment(env), adapters, log, env });
}
