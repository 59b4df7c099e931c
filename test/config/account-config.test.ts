import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountProblems, ENV, loadAcme, SIGNING_SECRET } from './folder.ts';

/** The problems of the right account file with one text replaced. */
function changed(from: string, to: string): Promise<readonly string[]> {
  return accountProblems(ACCOUNT.replace(from, to));
}

/** The same with lines added to the destination. */
function destinationWith(...lines: readonly string[]): Promise<readonly string[]> {
  return accountProblems(`${ACCOUNT}${lines.map(line => `    ${line}\n`).join('')}`);
}

/** The same with lines added to the connection's settings. */
function settingsWith(...lines: readonly string[]): Promise<readonly string[]> {
  return changed(
    '      retailerId: acme\n',
    `      retailerId: acme\n${lines.map(line => `      ${line}\n`).join('')}`,
  );
}

describe('an account file that is right', () => {
  it('takes its id from the name of the file', async () => {
    const { acme } = await loadAcme(ACCOUNT);

    expect(acme).toMatchObject({
      id: 'acme',
      name: 'Acme Outdoor',
      owner: 'key-accounts@market.example',
      tier: 'standard',
      timezone: 'America/New_York',
      currency: 'USD',
      revision: null,
    });
  });

  it('fills in the defaults of the adapter and takes its status for kept webhooks', async () => {
    const { acme } = await loadAcme(ACCOUNT);

    const connection = acme.connections.get('port')!;
    expect(connection).toMatchObject({ account: 'acme', name: 'port', acknowledgeWith: 200 });
    expect(connection.adapter.id).toBe('parcel-port');
    expect(connection.settings).toMatchObject({ retailerId: 'acme', dialect: 'standard' });
  });

  it('lets a connection choose the status for kept webhooks', async () => {
    const text = ACCOUNT.replace('retailerId: acme', 'retailerId: acme\n      acknowledgeWith: 202');

    const { acme } = await loadAcme(text);

    expect(acme.connections.get('port')!.acknowledgeWith).toBe(202);
  });

  it('expects news of a return in every stage, unless the account says otherwise', async () => {
    const { acme } = await loadAcme(ACCOUNT);
    const changed = await loadAcme(
      ACCOUNT.replace('    settings:', '    expect: { in_transit: 30, authorized: null }\n    settings:'),
    );

    const days = { requested: 7, in_review: 7, authorized: 14, in_transit: 14, received: 7, inspected: 7 };
    expect(acme.connections.get('port')!.expect).toEqual(days);
    expect(changed.acme.connections.get('port')!.expect).toEqual({ ...days, in_transit: 30, authorized: null });
  });

  it('fills in the defaults of a destination', async () => {
    const { acme } = await loadAcme(ACCOUNT);

    const { secrets, ...destination } = acme.destinations.get('refunds')!;
    expect(destination).toEqual({
      account: 'acme',
      name: 'refunds',
      url: 'https://refunds.market.example/hooks',
      events: ['*'],
      personalData: false,
      ordering: 'per_return',
      concurrency: 8,
      ratePerSecond: null,
      timeoutMs: 15_000,
    });
    expect(secrets.map(secret => secret.reveal())).toEqual([SIGNING_SECRET]);
  });

  it('takes the deadline of a destination from retour.yaml where it names none', async () => {
    const { acme } = await loadAcme(ACCOUNT, 'delivery: { timeoutMs: 4000 }');

    expect(acme.destinations.get('refunds')!.timeoutMs).toBe(4000);
  });

  it('takes exact events and whole subjects', async () => {
    const { acme } = await loadAcme(`${ACCOUNT}    events: [refund.issued, shipment.*]\n`);

    expect(acme.destinations.get('refunds')!.events).toEqual(['refund.issued', 'shipment.*']);
  });

  it('needs neither connections nor destinations', async () => {
    const { acme } = await loadAcme('name: A\nowner: B\ntimezone: UTC\ncurrency: JPY\n');

    expect(acme.connections.size + acme.destinations.size).toBe(0);
  });
});

describe('an account file that is wrong', () => {
  it('names a misspelt key with its right spelling, once', async () => {
    expect(await changed('timezone:', 'timezon:')).toEqual([
      'accounts/acme.yaml:3:1 timezon — is not a key that stands here; did you mean timezone?',
    ]);
  });

  it('lists the keys where none is near', async () => {
    expect(await accountProblems(`${ACCOUNT}banana: 1\n`)).toEqual([
      'accounts/acme.yaml:16:1 banana — is not a key that stands here; keys: name, owner, tier, timezone, currency, connections, destinations',
    ]);
  });

  it.each(['constructor', 'toString', '"__proto__"'])('knows no key %s', async key => {
    expect((await accountProblems(`${ACCOUNT}${key}: 1\n`))[0]).toContain(' — is not a key that stands here; ');
  });

  it.each([
    ['policy', 'returns follow the rules of the provider alone'],
    ['routing', 'nothing is created at a provider'],
    ['tests', 'there is no policy or routing to test'],
  ])('refuses %s, which does nothing yet', async (key, because) => {
    expect(await accountProblems(`${ACCOUNT}${key}: []\n`)).toEqual([
      `accounts/acme.yaml:16:1 ${key} — does nothing yet: ${because}; take it out`,
    ]);
  });

  it('says what a missing key is for', async () => {
    expect(await changed('owner: key-accounts@market.example\n', '')).toEqual([
      'accounts/acme.yaml:1:1 owner — is missing; add it: who answers for it: an address or a team',
    ]);
  });

  it('refuses an unknown time zone, with the nearest', async () => {
    expect(await changed('America/New_York', 'America/New_Yrok')).toEqual([
      'accounts/acme.yaml:3:11 timezone — is not a time zone; did you mean America/New_York?',
    ]);
  });

  it('refuses an offset as time zone', async () => {
    expect(await changed('America/New_York', '"+01:00"')).toEqual([
      'accounts/acme.yaml:3:11 timezone — is not a time zone; write an IANA name such as America/New_York or UTC',
    ]);
  });

  it('refuses a currency that has not the form of ISO 4217', async () => {
    expect(await changed('USD', 'usd')).toEqual([
      'accounts/acme.yaml:4:11 currency — is not an ISO 4217 code; write three capitals such as USD',
    ]);
  });

  it('asks for quotes where text looks like a number', async () => {
    expect(await changed('name: Acme Outdoor', 'name: 1881')).toEqual([
      'accounts/acme.yaml:1:7 name — must be text, not a whole number; put it in quotes',
    ]);
  });

  it('refuses a connection whose name is no slug', async () => {
    expect(await changed('  port:', '  Port_1:')).toEqual([
      'accounts/acme.yaml:6:3 connections.Port_1 — is no good name; lower-case letters, digits and hyphens, 63 at most',
    ]);
  });

  it('refuses a connection that stands there twice', async () => {
    const twice = '  port: { adapter: parcel-port }\n  port:\n';

    expect(await changed('  port:\n', twice)).toEqual([
      'accounts/acme.yaml:7:3 connections.port — stands here twice, first in line 6; keep one of the two',
    ]);
  });

  it('refuses a destination that stands there twice', async () => {
    expect(await accountProblems(`${ACCOUNT}  refunds: {}\n`)).toEqual([
      'accounts/acme.yaml:16:3 destinations.refunds — stands here twice, first in line 13; keep one of the two',
    ]);
  });

  it('tells problems of connections and destinations together with those of the account', async () => {
    const text = ACCOUNT.replace('USD', 'usd').replace('parcel-port', 'nobody').replace('OUT_SECRET', 'GONE');

    expect((await accountProblems(text)).map(line => line.split(' — ')[0])).toEqual([
      'accounts/acme.yaml:4:11 currency',
      'accounts/acme.yaml:7:14 connections.port.adapter',
      'accounts/acme.yaml:15:22 destinations.refunds.secrets[0].env',
    ]);
  });
});

describe('a connection that is wrong', () => {
  it('names the nearest adapter', async () => {
    expect(await changed('adapter: parcel-port', 'adapter: parcel-prot')).toEqual([
      'accounts/acme.yaml:7:14 connections.port.adapter — is not an adapter of this gateway; did you mean parcel-port?',
    ]);
  });

  it('names the adapter that was meant by another way of writing it', async () => {
    expect(await changed('adapter: parcel-port', 'adapter: Parcel_Port')).toEqual([
      'accounts/acme.yaml:7:14 connections.port.adapter — is not an adapter of this gateway; did you mean parcel-port?',
    ]);
  });

  it('lists the adapters where none is near', async () => {
    expect(await changed('adapter: parcel-port', 'adapter: standard')).toEqual([
      'accounts/acme.yaml:7:14 connections.port.adapter — is not an adapter of this gateway; adapters: parcel-port',
    ]);
  });

  it('names a misspelt setting with its right spelling', async () => {
    expect(await changed('retailerId: acme', 'retailerID: acme')).toEqual([
      'accounts/acme.yaml:9:7 connections.port.settings.retailerID — is not a key that stands here; did you mean retailerId?',
    ]);
  });

  it('names a misspelt word with its right spelling', async () => {
    expect(await settingsWith('dialect: ful')).toEqual([
      'accounts/acme.yaml:10:16 connections.port.settings.dialect — is none of the words that are understood here; did you mean full?',
    ]);
  });

  it.each([
    ['label_issued: 7', 'expect.label_issued — is not a key that stands here'],
    ['in_transit: 0', 'expect.in_transit — must be at least 1; days for'],
    ['in_transit: 14d', 'expect.in_transit — must be a number, not text'],
  ])('refuses an expectation that is none: %s', async (text, message) => {
    const [problem, ...others] = await changed('    settings:', `    expect: { ${text} }\n    settings:`);

    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });

  it('lists the numbers that are allowed', async () => {
    expect(await settingsWith('acknowledgeWith: 204')).toEqual([
      'accounts/acme.yaml:10:24 connections.port.settings.acknowledgeWith — is none of the words that are understood here; one of: 200, 202',
    ]);
  });

  it('names a misspelt verification scheme with its right spelling', async () => {
    expect(await settingsWith('verification:', '  scheme: hmca')).toEqual([
      'accounts/acme.yaml:11:17 connections.port.settings.verification.scheme — is none of the words that are understood here; did you mean hmac?',
    ]);
  });

  it('refuses a secret that does not fit the verification', async () => {
    expect(await settingsWith('verification: { scheme: basic }')).toEqual([
      'accounts/acme.yaml:12:16 connections.port.secrets.webhook — secret 1 has no colon; Basic needs username:password; set a secret that fits settings.verification, or correct that',
    ]);
  });

  it('refuses a single reference where a list belongs', async () => {
    expect(await changed('[{ env: PORT_SECRET }]', '{ env: PORT_SECRET }')).toEqual([
      'accounts/acme.yaml:11:16 connections.port.secrets.webhook — must be a list of secret references; put it in brackets: [{ env: NAME }]',
    ]);
  });

  it('refuses a list where a single reference belongs', async () => {
    const text = '[{ env: PORT_SECRET }]\n      api: [{ env: PORT_API }]';

    expect(await changed('[{ env: PORT_SECRET }]', text)).toEqual([
      'accounts/acme.yaml:12:12 connections.port.secrets.api — must be one secret reference; write { env: NAME } or { file: path }',
    ]);
  });

  it('names a misspelt secret with its right spelling', async () => {
    expect(await changed('webhook:', 'webhooks:')).toEqual([
      'accounts/acme.yaml:11:7 connections.port.secrets.webhooks — is not a key that stands here; did you mean webhook?',
    ]);
  });

  it('needs the secrets that the adapter asks for', async () => {
    expect(await changed('    secrets:\n      webhook: [{ env: PORT_SECRET }]\n', '')).toEqual([
      'accounts/acme.yaml:6:3 connections.port.secrets.webhook — scheme hmac needs at least one secret: the key that signs the webhooks; write secrets: { webhook: [{ env: NAME }] }, or correct settings.verification',
    ]);
  });

  it('says what the secret of its scheme is', async () => {
    const withBasic = ACCOUNT.replace('retailerId: acme', 'retailerId: acme\n      verification: { scheme: basic }');

    expect(await accountProblems(withBasic.replace('webhook: [{ env: PORT_SECRET }]', 'webhook: []'))).toEqual([
      expect.stringContaining('scheme basic needs at least one secret: username:password; write secrets:'),
    ]);
  });

  it('needs no list of secrets where its scheme needs none', async () => {
    const text = ACCOUNT.replace('    secrets:\n      webhook: [{ env: PORT_SECRET }]\n', '').replace(
      'retailerId: acme',
      'retailerId: acme\n      verification: { scheme: none }',
    );

    expect(await accountProblems(text)).toEqual([]);
  });
});

describe('a connection that proves no sender', () => {
  it('is loaded and found', async () => {
    const text = ACCOUNT.replace('retailerId: acme', 'retailerId: acme\n      verification: { scheme: none }');

    const { config } = await loadAcme(text);

    expect(config.findings).toEqual([
      {
        file: 'accounts/acme.yaml',
        line: 10,
        message:
          'connections.port proves no sender (verification scheme none): anybody may call it, so its webhooks can only cause a fetch',
      },
    ]);
  });

  it('is not found among those that prove one', async () => {
    const { config } = await loadAcme(ACCOUNT);

    expect(config.findings).toEqual([]);
  });
});

describe('a destination that is wrong', () => {
  it('names the nearest event', async () => {
    expect(await destinationWith('events: [refund.isued]')).toEqual([
      'accounts/acme.yaml:16:14 destinations.refunds.events[0] — is not an event; did you mean refund.issued?',
    ]);
  });

  it('names the nearest subject', async () => {
    expect(await destinationWith('events:', '  - return.*', '  - refunds.*')).toEqual([
      'accounts/acme.yaml:18:9 destinations.refunds.events[1] — is not an event; did you mean refund.*?',
    ]);
  });

  it('refuses an event that is never delivered', async () => {
    expect((await destinationWith('events: [return.snapshot]'))[0]).toMatch(
      /^accounts\/acme\.yaml:16:14 destinations\.refunds\.events\[0\] — is not an event; /,
    );
  });

  it('refuses an event that is named twice', async () => {
    expect(await destinationWith('events: [refund.issued, refund.issued]')).toEqual([
      'accounts/acme.yaml:16:13 destinations.refunds.events — names an event twice; keep one of the two',
    ]);
  });

  it.each([
    ['timeoutMs: 999', '16:16 destinations.refunds.timeoutMs — must be at least 1000'],
    ['timeoutMs: 15001', '16:16 destinations.refunds.timeoutMs — must be at most 15000'],
    ['ratePerSecond: 0', '16:20 destinations.refunds.ratePerSecond — must be more than 0'],
    ['concurrency: 2.5', '16:18 destinations.refunds.concurrency — must be a whole number, not a fraction'],
    ['events: []', '16:13 destinations.refunds.events — must have at least 1 entry'],
    ['personalData: "no"', '16:19 destinations.refunds.personalData — must be true or false, not text'],
  ])('refuses %s', async (line, expected) => {
    expect((await destinationWith(line)).map(problem => problem.split(';')[0])).toEqual([
      `accounts/acme.yaml:${expected}`,
    ]);
  });

  it('names the nearest word for its ordering', async () => {
    expect(await destinationWith('ordering: per-return')).toEqual([
      'accounts/acme.yaml:16:15 destinations.refunds.ordering — is none of the words that are understood here; did you mean per_return?',
    ]);
  });

  it('refuses a private address until retour.yaml allows its network', async () => {
    const text = ACCOUNT.replace('https://refunds.market.example/hooks', 'http://10.0.0.1/hooks');

    expect(await accountProblems(text)).toEqual([
      'accounts/acme.yaml:14:10 destinations.refunds.url — names 10.0.0.1, which is not a public address; add its range to delivery.allowNetworks in retour.yaml if it is meant',
    ]);
    const { acme } = await loadAcme(text, 'delivery: { allowNetworks: [10.0.0.0/8] }');
    expect(acme.destinations.get('refunds')!.url).toBe('http://10.0.0.1/hooks');
  });

  it.each([
    ['has no label', 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB'],
    ['is too short', 'whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=='],
    ['is no Base64', 'whsec_not base64'],
    ['lacks its padding', 'whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ'],
    ['is a public key', 'whpk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='],
  ])('refuses a signing secret that %s', async (_, secret) => {
    expect(await accountProblems(ACCOUNT, { env: { ...ENV, OUT_SECRET: secret } })).toEqual([
      'accounts/acme.yaml:15:15 destinations.refunds.secrets[0] — is not a Standard Webhooks secret; set one made of whsec_ and the Base64 of 24 to 64 random bytes',
    ]);
  });

  it('refuses a signing secret of more than 64 bytes', async () => {
    const secret = `whsec_${Buffer.alloc(65, 1).toString('base64')}`;

    expect(await accountProblems(ACCOUNT, { env: { ...ENV, OUT_SECRET: secret } })).toHaveLength(1);
  });
});
