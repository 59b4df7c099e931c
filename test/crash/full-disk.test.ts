import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededChance } from '../../src/demo/seeded-chance.ts';
import { ACCOUNT, type GatewayFolder, prepareGatewayFolder, readLog, spawnGateway } from './gateway-process.ts';
import { openLedgerDestination } from './ledger-destination.ts';
import { readAll, readApi, until } from './read-api.ts';
import { signMessage } from './senders.ts';
import { type Message, PORTAL, portalStory } from './stories.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SECRETS = { portal: `whsec_${Buffer.alloc(32, 1).toString('base64')}`, network: '' };
const DESTINATION_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

interface Disk {
  readonly database?: string;
  readonly preload: readonly string[];
  /** Makes room while the gateway runs. */
  free(pid: number): void;
}

/** 8 MiB of memory as a file system of its own, half of it taken by somebody else; only root may make one. */
function smallFileSystem(): Disk | null {
  const place = mkdtempSync(join(tmpdir(), 'retour-disk-'));
  cleanups.push(() => rmSync(place, { recursive: true, force: true }));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place]).status !== 0) return null;
  cleanups.push(() => spawnSync('umount', ['-l', place]));
  const foreign = join(place, 'somebody-elses');
  writeFileSync(foreign, Buffer.alloc(4 * 1024 * 1024));
  mkdirSync(join(place, 'data'));
  return { database: join(place, 'data', 'retour.db'), preload: [], free: () => rmSync(foreign) };
}

function pageLimit(): Disk {
  return {
    preload: [new URL('./limit-pages.ts', import.meta.url).href],
    free: pid => void process.kill(pid, 'SIGUSR2'),
  };
}

function prepare({ database }: Disk, destinationUrl: string): GatewayFolder {
  const place = mkdtempSync(join(tmpdir(), 'retour-full-'));
  cleanups.push(() => rmSync(place, { recursive: true }));
  return prepareGatewayFolder(place, {
    accounts: {
      [PORTAL.account]: {
        ...ACCOUNT,
        connections: { [PORTAL.connection]: { adapter: 'standard', secrets: { webhook: [{ env: 'FULL_PORTAL' }] } } },
        destinations: { everything: { url: destinationUrl, secrets: [{ env: 'FULL_DESTINATION' }] } },
      },
    },
    secrets: { FULL_PORTAL: SECRETS.portal, FULL_DESTINATION: DESTINATION_SECRET },
    ...(database === undefined ? {} : { database }),
  });
}

/** A message that nobody understands and that takes room. */
function ballast(nth: number): Message {
  const body = JSON.stringify({ type: 'nothing.known', data: 'x'.repeat(150_000) });
  return { ...PORTAL, returnKey: '', webhookId: `ballast-${nth}`, body, state: 'unrecognized', facts: [] };
}

async function send(url: string, message: Message, secretOf: 'own' | 'forged' = 'own') {
  const { headers, path, body } = await signMessage(message, SECRETS, secretOf);
  const pairs = Object.entries(headers).map(([name, [value]]): [string, string] => [name, value!]);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers: pairs, body: Buffer.from(body) });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, string>,
  };
}

const DISKS = { 'page limit': pageLimit, 'small file system': smallFileSystem };

describe('a disk that is full', () => {
  it.each(Object.keys(DISKS) as (keyof typeof DISKS)[])(
    'answers 503 until there is room, and nothing acknowledged is missing (%s)',
    async kind => {
      const destination = await openLedgerDestination(DESTINATION_SECRET);
      cleanups.push(() => destination.close());
      // Who is not root has the page limit twice, which is what can be shown then.
      const disk = DISKS[kind]() ?? pageLimit();
      const folder = prepare(disk, destination.url);
      const gateway = spawnGateway(folder, { preload: disk.preload });
      cleanups.push(() => gateway.end('SIGKILL'));
      const url = await gateway.listening;

      const kept: string[] = [];
      let refused = await send(url, ballast(0));
      for (let nth = 1; refused.status === 202 && nth < 100; nth += 1) {
        kept.push(refused.body.id!);
        refused = await send(url, ballast(nth));
      }
      const again = await send(url, ballast(1000));
      const forged = await send(url, ballast(1001), 'forged');
      const listed = await readAll(url, '/v1/inbound');
      const ready = await fetch(`${url}/readyz`);

      expect(kept.length).toBeGreaterThan(5);
      expect(refused).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(again.status).toBe(503);
      expect(forged.status).toBe(401);
      expect(ready.status).toBe(503);
      expect(listed.map(row => row.id).toSorted()).toEqual(kept.toSorted());

      disk.free(gateway.pid);
      const story = portalStory('after', seededChance(3));
      for (const message of story) {
        const answer = await until(
          () => send(url, message),
          ({ status }) => status !== 503,
          'room',
        );
        expect(answer.status).toBe(202);
      }
      const facts = new Set(story.flatMap(message => message.facts));
      await until(
        () => new Set(destination.arrivals.map(arrival => arrival.webhookId)).size,
        count => count >= facts.size,
        'everything to be delivered',
      );
      for (const id of kept) expect(await readApi(url, `/v1/inbound/${id}`)).toMatchObject({ state: 'unrecognized' });
      expect(await gateway.end('SIGTERM')).toMatchObject({ code: 0 });
      // The log says why, once for each that was refused, and never with the body.
      const told: Record<string, unknown>[] = [];
      for await (const line of readLog(folder)) {
        if (line.event === 'webhook.received' && line.outcome === 'unavailable') told.push(line);
      }
      expect(told.length).toBeGreaterThanOrEqual(2);
      expect(told[0]).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_FULL' } });
    },
  );
});
