import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { spawnGateway } from '../crash/gateway-process.ts';
import { type Json, readAll, until } from '../crash/read-api.ts';
import {
  afterTest,
  openRawServer,
  prepareAttacked,
  requested,
  sendWebhook,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Spellings of what is not for destinations; each must stop the start, before anything is looked up or sent. */
const SPELLINGS: readonly string[] = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.0x0.0x0.0x1/',
  'https://017700000001/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://127.0.1/',
  'https://127%2e0%2e0%2e1/',
  'https://127.0.0.1./',
  'https://１２７.０.０.１/',
  'https://127。0。0。1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://0/',
  'https://0.0.0.0/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://2852039166/latest/meta-data/',
  'https://[::]/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b::169.254.169.254]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2002:a9fe:a9fe::]/',
  'https://[2001:0:7f00:1::]/',
  'https://[fd00::1]/',
  'https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/',
  'https://[fe80::1]/',
  'https://[fe80::1%25eth0]/',
  'https://[fe80::1%eth0]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[0:0:0:0:0:ffff:0x7f.1]/',
  'https://[64:ff9b:1:ffff:ffff:ffff:7f00:1]/',
  'https://[100::1]/',
  'https://[2001:db8::1]/',
  'https://[fd00:ec2::254]/latest/meta-data/',
  'https://[::].:443/',
  'https://100.100.100.200/latest/meta-data/',
  'https://192.0.0.192/opc/v2/',
  'https://198.18.0.1/',
  'https://240.0.0.1/',
  'https://0251.0376.0251.0376/latest/meta-data/',
  'https://0xa9fea9fe/latest/meta-data/',
  'https://169.254.43518/latest/meta-data/',
  'https://169.254.169.254./latest/meta-data/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://metadata.localhost/',
  'https://ip6-loopback/',
  'https://user:canary-password@hooks.example.com/',
  'https://hooks.example.com@127.0.0.1/',
  'https://127.0.0.1\\@hooks.example.com/',
  'https:\\\\127.0.0.1/',
  'https://127.0.0.1#@hooks.example.com/',
  'https://hooks.example.com:0/',
  'https://hooks.example.com/\r\nX-Injected: 1',
  'https://hooks.example.com/\tx',
  'https://hooks.example.com/ HTTP/1.1',
  'http://hooks.example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:25/_MAIL',
  'data:text/plain,x',
  'unix:/var/run/docker.sock',
  '//127.0.0.1/',
  'https:127.0.0.1',
];

describe('an account file', () => {
  it('that names what no destination may be is refused, spelling by spelling', async () => {
    const destinations = Object.fromEntries(SPELLINGS.map((url, nth) => [`d${nth}`, { url }]));
    const folder = prepareAttacked({ destinations, gateway: { publicUrl: 'http://127.0.0.1:8080' } });
    const gateway = spawnGateway(folder);
    afterTest(() => gateway.end('SIGKILL'));

    const { code } = await gateway.ended;

    const refused = SPELLINGS.filter((_, nth) => new RegExp(`destinations\\.d${nth}\\.url\\b`).test(gateway.stderr()));
    expect(SPELLINGS.filter(url => !refused.includes(url))).toEqual([]);
    expect(code).toBe(1);
    expect(gateway.stderr()).not.toMatch(/canary-password|^ {4}at /m);
    expect(readFileSync(folder.logFile, 'utf8')).toBe('');
  });
});

/** What names answer, look-up by look-up. 127.0.0.2 is opened and stands for the public; whoever reaches 127.0.0.1 got inside. */
const NAMES: Readonly<Record<string, { readonly answers: readonly (readonly string[])[]; readonly outcome: string }>> =
  {
    'honest.test': { answers: [['127.0.0.2']], outcome: 'delivered' },
    'private.test': { answers: [['127.0.0.1']], outcome: 'blocked' },
    'both.test': { answers: [['127.0.0.2', '127.0.0.1']], outcome: 'blocked' },
    'both-turned.test': { answers: [['127.0.0.1', '127.0.0.2']], outcome: 'blocked' },
    'mapped.test': { answers: [['::ffff:127.0.0.1']], outcome: 'blocked' },
    'loopback-six.test': { answers: [['::1']], outcome: 'blocked' },
    'nat64.test': { answers: [['64:ff9b::7f00:1']], outcome: 'blocked' },
    'sixtofour.test': { answers: [['2002:7f00:1::']], outcome: 'blocked' },
    'nat64-local.test': { answers: [['64:ff9b:1::7f00:1']], outcome: 'blocked' },
    'teredo.test': { answers: [['2001:0:4136:e378:8000:63bf:80ff:fffe']], outcome: 'blocked' },
    'shared.test': { answers: [['100.64.0.1']], outcome: 'blocked' },
    'link-local.test': { answers: [['fe80::1']], outcome: 'blocked' },
    'zoned.test': { answers: [['fe80::1%eth0']], outcome: 'blocked' },
    'unspecified-six.test': { answers: [['::']], outcome: 'blocked' },
    'one-of-many.test': {
      answers: [['127.0.0.2', '127.0.0.2', '127.0.0.2', '169.254.169.254', '127.0.0.2']],
      outcome: 'blocked',
    },
    'no-number.test': { answers: [['2130706433']], outcome: 'blocked' },
    'unique-local.test': { answers: [['fd00::1']], outcome: 'blocked' },
    'metadata.test': { answers: [['169.254.169.254']], outcome: 'blocked' },
    'unspecified.test': { answers: [['0.0.0.0']], outcome: 'blocked' },
    'no-address.test': { answers: [[]], outcome: 'blocked' },
    'plain-to-public.test': { answers: [['93.184.216.34']], outcome: 'blocked' },
    'gone.test': { answers: [], outcome: 'unreachable' },
  };

describe('a name', () => {
  it('is believed only where every address it has is allowed, at every look-up', async () => {
    const inside = await openRawServer(socket => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    const close = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n';
    await openRawServer(socket => socket.end(close), { host: '127.0.0.2', port: inside.port });
    const names = { ...NAMES, 'turns.test': { answers: [['127.0.0.2'], ['127.0.0.1']], outcome: 'delivered' } };
    const entries = Object.entries(names);
    const folder = prepareAttacked({
      gateway: { publicUrl: 'http://127.0.0.1:8080', delivery: { allowNetworks: ['127.0.0.2/32'] } },
      destinations: Object.fromEntries(
        entries.map(([name]) => [name.replace('.test', ''), { url: `http://${name}:${inside.port}/` }]),
      ),
    });
    const script = Object.fromEntries(
      entries.filter(([, { answers }]) => answers.length > 0).map(([name, { answers }]) => [name, answers]),
    );
    const gateway = await startAttacked(folder, {
      preload: [new URL('./answer-names.ts', import.meta.url).href],
      env: { ATTACK_NAMES: JSON.stringify(script) },
    });

    await sendWebhook(gateway.url, requested('R-1'), 'first');
    const first = await attempts(gateway.url, entries.length);
    await sendWebhook(gateway.url, requested('R-2'), 'second');
    const second = await attempts(gateway.url, 2 * entries.length);

    for (const [name, { outcome }] of entries) expect([name, first.get(name)]).toEqual([name, [outcome]]);
    expect(second.get('turns.test')!.toSorted()).toEqual(['blocked', 'delivered']);
    expect(inside.connections()).toBe(0);
  });

  it('that answered well once is not looked up a second time between the check and the connection', async () => {
    const inside = await openRawServer(socket => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    const outside = await openRawServer(socket => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), {
      host: '127.0.0.2',
      port: inside.port,
    });
    const folder = prepareAttacked({
      gateway: { publicUrl: 'http://127.0.0.1:8080', delivery: { allowNetworks: ['127.0.0.2/32'] } },
      destinations: { quick: { url: `http://quick.test:${inside.port}/` } },
    });
    const gateway = await startAttacked(folder, {
      preload: [new URL('./answer-names.ts', import.meta.url).href],
      env: { ATTACK_NAMES: JSON.stringify({ 'quick.test': [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2']] }) },
    });

    await sendWebhook(gateway.url, requested('R-1'), 'only');
    const told = await attempts(gateway.url, 1);

    expect(told.get('quick.test')).toEqual(['delivered']);
    expect([outside.connections(), inside.connections()]).toEqual([1, 0]);
  });
});

describe('a redirect', () => {
  it('leads nowhere, whatever it is called and wherever it points', async () => {
    const inside = await openRawServer(socket => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    const targets = {
      absolute: `http://127.0.0.1:${inside.port}/`,
      schemeless: `//127.0.0.1:${inside.port}/`,
      relative: '/elsewhere',
      metadata: 'http://169.254.169.254/latest/meta-data/',
      file: 'file:///etc/passwd',
    };
    const seen: string[] = [];
    const outside = await openRawServer((socket, heard) => {
      const path = /^POST (\S+)/.exec(heard)?.[1] ?? heard.slice(0, 60);
      seen.push(path);
      const [, status, target] = path.split('/') as [string, string, keyof typeof targets];
      const headers = `Location: ${targets[target]}\r\nRefresh: 0;url=${targets[target]}\r\nContent-Length: 0`;
      socket.write(`HTTP/1.1 ${status} Elsewhere\r\n${headers}\r\n\r\n`);
    });
    const paths = ['300', '301', '302', '303', '304', '307', '308'].flatMap(status =>
      Object.keys(targets).map(target => `/${status}/${target}`),
    );
    const gateway = await startAttacked(
      prepareAttacked({
        destinations: Object.fromEntries(
          paths.map((path, nth) => [`d${nth}`, { url: `http://127.0.0.1:${outside.port}${path}` }]),
        ),
      }),
    );

    await sendWebhook(gateway.url, requested('R-1'), 'first');
    const deliveries = await attempted(gateway.url, paths.length);

    expect(new Set(deliveries.map(row => row.lastAttempt.outcome))).toEqual(new Set(['refused']));
    expect(seen.toSorted()).toEqual(paths.toSorted());
    expect(inside.connections()).toBe(0);
  });
});

async function attempted(url: string, count: number): Promise<readonly Json[]> {
  return until(
    async () => (await readAll(url, '/v1/deliveries')).filter(row => row.lastAttempt !== null),
    rows => rows.length >= count,
    'every destination to be tried',
  );
}

/** Outcomes of the last tries, by the name of the destination's host. */
async function attempts(url: string, count: number): Promise<ReadonlyMap<string, readonly string[]>> {
  const outcomes = new Map<string, string[]>();
  for (const row of await attempted(url, count)) {
    const name = `${row.destination}.test`;
    outcomes.set(name, [...(outcomes.get(name) ?? []), row.lastAttempt.outcome]);
  }
  return outcomes;
}
