import { describe, expect, it, vi } from 'vitest';
import { readAll, readApi, until } from '../crash/read-api.ts';
import { prepareAttacked, requested, sendWebhook, signedHeaders, startAttacked } from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const event = (data: string, more = '') =>
  `{"type":"return.requested","timestamp":"2026-01-05T09:00:00.000Z",${more}"data":${data}}`;
const details = (of: string) => `{"providerReturnId":"R-odd","change":{"details":${of}}}`;

/** Bodies that a proven sender may send by mistake or on purpose, and what is said of each. */
const ODD: Readonly<Record<string, { readonly body: string | Buffer; readonly told: string }>> = {
  'half a million arrays in each other': {
    body: `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
    told: 'unreadable MALFORMED_BODY The body nests deeper than 100 levels.',
  },
  'objects in each other behind a good beginning': {
    body: event(details(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)),
    told: 'unreadable MALFORMED_BODY The body nests deeper than 100 levels.',
  },
  'brackets that never close': {
    body: '['.repeat(1_000_000),
    told: 'unreadable MALFORMED_BODY The body nests deeper than 100 levels.',
  },
  'brackets that only close': { body: ']'.repeat(1_000_000), told: 'unreadable MALFORMED_BODY The body is not JSON.' },
  'a number of a million digits': {
    body: event(`${'9'.repeat(1_000_000)}`),
    told: 'unreadable SCHEMA_MISMATCH is not of type object',
  },
  'a number beyond all floats': {
    body: event('{"providerReturnId":1e999999999,"change":{}}'),
    told: 'recorded',
  },
  'bytes that are no UTF-8': {
    body: Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from('"}')]),
    told: 'unreadable MALFORMED_BODY The body is not UTF-8.',
  },
  'UTF-16': { body: Buffer.from('{"type":"x"}', 'utf16le'), told: 'unreadable MALFORMED_BODY The body is not JSON.' },
  'half a character': {
    body: event(details('{"rmaNumber":"\\ud800"}')),
    told: 'unreadable MALFORMED_BODY A text in the body holds half a character.',
  },
  'half a character in an id': {
    body: event('{"providerReturnId":"R-\\udfff","change":{"details":{}}}'),
    told: 'unreadable MALFORMED_BODY A text in the body holds half a character.',
  },
  'a NUL in an id': { body: event('{"providerReturnId":"R\\u0000odd","change":{"details":{}}}'), told: 'recorded' },
  'keys that name the prototype': {
    body: event(
      details('{"rmaNumber":"P-1","__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}'),
      '"__proto__":{"polluted":"yes"},"\\u005f_proto__":{"polluted":"yes"},',
    ),
    told: 'recorded',
  },
  'one key twice': {
    body: `{"type":"nothing.first","type":"nothing.second"}`,
    told: 'unrecognized UNRECOGNIZED type "nothing.second" is not taken from a sender',
  },
  'a name of a method as its type': {
    body: '{"type":"__proto__"}',
    told: 'unrecognized UNRECOGNIZED type "__proto__" is not taken from a sender',
  },
  'a type that every object has': {
    body: '{"type":"constructor"}',
    told: 'unrecognized UNRECOGNIZED type "constructor" is not taken from a sender',
  },
  nothing: { body: '', told: 'unreadable MALFORMED_BODY The body is empty.' },
  'a number': { body: '7', told: 'unreadable SCHEMA_MISMATCH is not of type object' },
};

describe('a webhook that is odd', () => {
  it('is kept with its problem, costs nobody else anything, and leaves nothing behind', async () => {
    const gateway = await startAttacked(prepareAttacked());
    const { url } = gateway;

    const told = new Map<string, string>();
    for (const [what, { body }] of Object.entries(ODD)) {
      const bytes = Buffer.from(body as string);
      const headers = await signedHeaders(bytes, what.replaceAll(' ', '-'));
      const answer = await fetch(`${url}/webhooks/acme/portal`, { method: 'POST', headers, body: bytes });
      expect([what, answer.status]).toEqual([what, 202]);
      const { id } = (await answer.json()) as { readonly id: string };
      const kept = await until(
        () => readApi(url, `/v1/inbound/${id}`),
        ({ state }) => state !== 'received',
        'it to be read',
      );
      const problem = kept.notices[0]?.problem;
      told.set(what, [kept.state, problem?.code, problem?.message].filter(Boolean).join(' '));
    }
    await sendWebhook(url, requested('R-plain'), 'plain');
    const plain = await until(
      async () => (await readAll(url, '/v1/returns')).find(row => row.providerReturnIds?.includes('R-plain') ?? true),
      row => row !== undefined,
      'the plain one to be recorded',
    );

    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(ODD).map(([what, odd]) => [what, odd.told])),
    );
    expect(JSON.stringify(plain)).not.toContain('polluted');
    expect(await readApi(url, '/readyz')).toMatchObject({ ready: true });
    expect((await gateway.end('SIGTERM')).code).toBe(0);
  });
});
