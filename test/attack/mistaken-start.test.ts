import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { spawnGateway } from '../crash/gateway-process.ts';
import { afterTest, prepareAttacked } from './attacked-gateway.ts';
import { FORBIDDEN, SECRETS } from './canaries.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('a start with a mistake in it', () => {
  it.each([
    [
      'a secret that stands in the file',
      { connections: { portal: { adapter: 'standard', secrets: { webhook: [SECRETS.portal] } } } },
      {},
    ],
    [
      'a secret of the wrong form',
      { destinations: { d: { url: 'https://hooks.example.com/', secrets: [{ env: 'CANARY' }] } } },
      { CANARY: SECRETS.network },
    ],
    ['a URL with a password', { destinations: { d: { url: `https://jo:${SECRETS.bearer}@hooks.example.com/` } } }, {}],
    [
      'a setting of the wrong type',
      { connections: { network: { adapter: 'happy-returns', settings: { retailerId: [SECRETS.api] }, secrets: {} } } },
      {},
    ],
    [
      'a public URL that goes on in the next line',
      { gateway: { publicUrl: `https://returns.example.com/a\r\nX-Injected:${SECRETS.bearer}` } },
      {},
    ],
    ['a weak token', {}, { RETOUR_ADMIN_TOKEN: 'canary-cookie' }],
    ['a database with a password', {}, { RETOUR_DATABASE_URL: `mysql://jo:${SECRETS.bearer}@db/retour` }],
  ])('tells of %s without quoting it', async (_what, given, env) => {
    const folder = prepareAttacked({ ...given, secrets: env });
    const gateway = spawnGateway(folder);
    afterTest(() => gateway.end('SIGKILL'));

    const { code } = await gateway.ended;

    expect(code).toBe(1);
    expect(gateway.stderr()).toMatch(/\S/);
    expect(gateway.stderr()).not.toMatch(/^ {4}at /m);
    const quoted = FORBIDDEN.filter(secret =>
      `${gateway.stderr()}${readFileSync(folder.logFile, 'utf8')}`.includes(secret),
    );
    expect(quoted).toEqual([]);
  });
});
