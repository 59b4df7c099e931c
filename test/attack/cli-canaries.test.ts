import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, type GatewayFolder, spawnGateway } from '../crash/gateway-process.ts';
import { afterTest, prepareAttacked, requested, signedWebhook, startAttacked } from './attacked-gateway.ts';
import { BODY, FORBIDDEN, PERSON, PERSONAL, SECRETS } from './canaries.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

function prepareFolder(): GatewayFolder {
  const folder = prepareAttacked({
    connections: { portal: { adapter: 'standard', secrets: { webhook: [{ env: 'CANARY_PORTAL' }] } } },
    destinations: {
      gone: {
        url: `http://127.0.0.1:9/gone?key=${SECRETS.destinationQuery}`,
        secrets: [{ env: 'CANARY_DESTINATION' }],
      },
    },
    secrets: { CANARY_PORTAL: SECRETS.portal, CANARY_DESTINATION: SECRETS.destination },
  });
  chmodSync(dirname(folder.configDirectory), 0o700);
  return folder;
}

/** One command in a process of its own: its exit code and everything it said. */
async function run(
  folder: GatewayFolder,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const logFile = join(dirname(folder.logFile), 'command.out');
  writeFileSync(logFile, '');
  const command = spawnGateway({ ...folder, logFile }, { args, env });
  afterTest(() => command.end('SIGKILL'));
  const { code } = await command.ended;
  return { code, said: `${readFileSync(logFile, 'utf8')}${command.stderr()}` };
}

function holding(said: string, words: readonly string[]): readonly string[] {
  return words.filter(word => said.toLowerCase().includes(word.toLowerCase()));
}

describe('the command line', () => {
  it('tells no secret, whatever it is asked and whatever goes wrong', async () => {
    const folder = prepareFolder();
    const gateway = await startAttacked(folder);
    const event = requested('R-1', { shopper: PERSON });
    const { headers, body } = await signedWebhook(event, 'one', SECRETS.portal);
    await fetch(`${gateway.url}/webhooks/acme/portal`, { method: 'POST', headers, body });
    const forged = { authorization: `Bearer ${SECRETS.authorization}`, cookie: SECRETS.cookie, ...headers };
    await fetch(`${gateway.url}/webhooks/acme/portal`, { method: 'POST', headers: forged, body: `${body} ` });
    const capture = join(dirname(folder.configDirectory), 'captured.txt');
    const lines = Object.entries(forged).map(([name, value]) => `${name}: ${value}`);
    writeFileSync(capture, `POST /webhooks/acme/portal HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body} `);
    const well = { RETOUR_URL: gateway.url, RETOUR_TOKEN: ADMIN_TOKEN };
    const wrong = { RETOUR_URL: gateway.url, RETOUR_TOKEN: SECRETS.wrongToken };

    // What people see with a good token holds a shopper where their role allows it, and a secret never.
    for (const args of [
      ['check-config'],
      ['doctor'],
      ['returns', 'list'],
      ['inbound', 'list', '--json'],
      ['rejections', 'list', '--json'],
      ['deliveries', 'list', '--json'],
      ['destinations', 'list', '--json'],
      ['destinations', 'test', 'acme/gone'],
      ['tokens', 'list'],
      ['verify', capture],
      ['verify', capture, '--json'],
    ]) {
      const { said } = await run(folder, args, well);
      expect([args, said.length > 0, holding(said, FORBIDDEN)]).toEqual([args, true, []]);
      expect(said, args.join(' ')).not.toMatch(/^ {4}at /m);
    }
    // Whatever goes wrong says neither.
    for (const [args, env] of [
      [['returns', 'list'], wrong],
      [['returns', 'list', '--status', BODY], well],
      [['returns', 'show', 'ret_nobody'], well],
      [['inbound', 'show', 'inb_nobody'], wrong],
      [['verify', capture], wrong],
      [['verify', folder.database], well],
      [['tokens', 'create', '--name', 'x', '--role', 'nobody', '--account', 'acme'], well],
      [['returns', 'list'], { ...well, RETOUR_URL: `http://jo:${SECRETS.bearer}@127.0.0.1:9` }],
      [['returns', 'list'], { ...well, RETOUR_URL: `${SECRETS.bearer}` }],
      [['returns', 'list'], { RETOUR_URL: 'http://127.0.0.1:9', RETOUR_TOKEN: SECRETS.wrongToken }],
      [['returns', 'list'], { ...well, RETOUR_TOKEN: `${SECRETS.wrongToken}\r\nx` }],
      [['check-config'], { CANARY_PORTAL: SECRETS.network }],
      [['backup', folder.database], well],
      [['restore', capture], well],
      [['serve'], {}],
    ] as const) {
      const { code, said } = await run(folder, args, env);
      expect([args, code, said.length > 0]).toEqual([args, expect.toBeOneOf([1, 2]), true]);
      expect([args, holding(said, [...FORBIDDEN, ...PERSONAL.filter(word => word !== BODY)])]).toEqual([args, []]);
      expect(said, args.join(' ')).not.toMatch(/^ {4}at /m);
    }
  });
});
