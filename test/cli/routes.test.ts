import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExampleApi, openExampleApi, routesOfApi } from './example-api.ts';
import { runWith } from './open-cli.ts';

/** Everything that the API can be asked has a command that asks it. */

const RETURN = 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra';
const INBOUND = 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb';
const DELIVERY = 'dlv_01jd3q7m5ze2x8k4t9w6b0v1rc';
const FINDING = 'fnd_6b0v1ra01jd3q7m5ze2x8k4t9w';
const TOKEN = 'tok_01jd3q7m5ze2x8k4t9w6b0v1rd';
const CAPTURED = 'POST /webhooks/acme-outdoor/happy-returns HTTP/1.1\nhost: returns.example.com\n\n{}';

const COMMANDS: Readonly<Record<string, string>> = {
  'GET /v1/returns': 'returns list',
  'GET /v1/returns/{id}': `returns show ${RETURN}`,
  'GET /v1/returns/{id}/events': `returns timeline ${RETURN}`,
  'GET /v1/events': 'events list',
  'GET /v1/inbound': 'inbound list',
  'GET /v1/inbound/{id}': `inbound show ${INBOUND}`,
  'POST /v1/inbound/{id}/replay': `inbound replay ${INBOUND}`,
  'GET /v1/rejections': 'rejections list',
  'POST /v1/verifications': 'verify',
  'GET /v1/findings': 'findings list',
  'POST /v1/findings/{id}/close': `findings close ${FINDING}`,
  'GET /v1/deliveries': 'deliveries list',
  'GET /v1/deliveries/{id}': `deliveries show ${DELIVERY}`,
  'POST /v1/deliveries/{id}/redeliver': `deliveries redeliver ${DELIVERY} --no-wait`,
  'GET /v1/destinations': 'destinations list',
  'POST /v1/destinations/{account}/{name}/pause': 'destinations pause refunds',
  'POST /v1/destinations/{account}/{name}/resume': 'destinations resume refunds',
  'POST /v1/destinations/{account}/{name}/test': 'destinations test refunds',
  'GET /v1/accounts': 'accounts list',
  'GET /v1/connections': 'connections list',
  'GET /v1/adapters': 'adapters list',
  'GET /v1/retention': 'retention show',
  'POST /v1/erasures': 'erasures create --account acme-outdoor --email jo@example.com --yes',
  'GET /v1/tokens': 'tokens list',
  'POST /v1/tokens': 'tokens create --name reader --role viewer --all-accounts',
  'DELETE /v1/tokens/{id}': `tokens revoke ${TOKEN}`,
};

/** These need no command of their own. */
const WITHOUT: Readonly<Record<string, string>> = {
  'POST /webhooks/{account}/{connection}': 'providers call it; trigger plays one',
  'GET /': 'a page for a browser',
  'GET /docs': 'a page for a browser',
  'GET /problems': 'a page for a browser',
  'GET /problems/{code}': 'a page for a browser',
  'GET /openapi.json': 'openapi prints it without a gateway',
  'GET /healthz': 'for whoever restarts the process',
  'GET /readyz': 'for load balancers; doctor asks it',
  'GET /metrics': 'for Prometheus',
};

let api: ExampleApi;
beforeEach(async () => {
  api = await openExampleApi();
});
afterEach(async () => {
  await api.close();
});

describe('the API and the command line', () => {
  it('know the same routes', () => {
    const routes = routesOfApi().map(({ name }) => name);

    expect(routes.toSorted()).toEqual([...Object.keys(COMMANDS), ...Object.keys(WITHOUT)].toSorted());
  });

  it.each(Object.entries(COMMANDS))('%s is asked by %s', async (route, command) => {
    const stdin = async () => new TextEncoder().encode(CAPTURED);

    const { code, err } = await runWith(command.split(' '), { env: api.env, stdin });

    expect(api.asked).toContain(route);
    expect(code).not.toBe(1);
    expect(err).not.toContain('    at ');
  });
});

describe('what the examples of the API tell', () => {
  it('of a finding is shown in one line, with the form of what was found', async () => {
    const { code, out } = await runWith(['findings', 'list'], {
      env: api.env,
      now: () => Date.parse('2026-11-20T11:22:40.020Z'),
    });

    expect(code).toBe(0);
    expect(out).toBe(
      [
        'FINDING   KIND      STATE  CONNECTION                  SUBJECT                                                    COUNT  LAST SEEN   DETAIL',
        '2x8k4t9w  new code  open   acme-outdoor/happy-returns  return_status_updated /details/items/*/reason AAAAA-AAAAA     14  10 min ago  sample string AAAAA-AAAAA, inbound id w6b0v1rb',
        '',
      ].join('\n'),
    );
  });

  it('of retention is shown by kind, with what is due', async () => {
    const { code, out } = await runWith(['retention', 'show'], {
      env: api.env,
      now: () => Date.parse('2026-11-20T09:20:02.120Z'),
    });

    expect(code).toBe(0);
    expect(out).toBe(
      [
        'WHAT                              GOES AFTER  LAST RUN  DUE',
        'bytes of requests                    90 days     1,180   31',
        'bytes of requests not understood    360 days',
        'outgoing messages                    30 days     1,420   40',
        'delivery attempts                    30 days     1,504   44',
        'shoppers of returns                 400 days        12    0',
        'remembered webhook ids              400 days',
        '',
        '  last run  2026-11-20T09:00:02.120Z (20 min ago)',
        '  store     412 MB, of which 6.3 MB are free to be used again',
        '',
      ].join('\n'),
    );
  });

  it('of an erasure is shown with what it does to others', async () => {
    const { code, out } = await runWith(
      ['erasures', 'create', '--account', 'acme-outdoor', '--email', 'jo@example.com', '--yes'],
      { env: api.env },
    );

    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Account acme-outdoor: erased for good.',
        '',
        'Returns',
        '  RETURN                          SHOPPER',
        '  ret_01jd3q7m5ze2x8k4t9w6b0v1ra  erased',
        '',
        'Gone',
        '  COUNT  WHAT                                                  NOTE',
        '      1  shoppers of returns',
        '      4  bytes of requests that told of these returns          1 told of other returns, too, which can no longer be replayed from them',
        '      1  bytes of requests of no return that name the address  what they tell can then no longer be recorded: w6b0v1rb',
        '      2  answers of destinations, which may quote a message',
        '      1  messages still to be sent go without the shopper      customer-care 1',
        '',
        'Remains',
        '  COUNT  WHAT',
        '      2  Messages that were delivered to destinations that get the shopper. …',
        '         Copies of the store that were made before hold the data. …',
        '',
      ].join('\n'),
    );
  });
});
