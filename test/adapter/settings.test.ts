import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '../../src/adapter/settings.ts';

const Settings = z.strictObject({
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://api.provider.example/v1/'),
  requestNeedsApproval,
});

describe('the shared settings', () => {
  it('have their defaults, the base URL without a slash at its end', () => {
    expect(Settings.parse({})).toEqual({
      acknowledgeWith: 200,
      baseUrl: 'https://api.provider.example/v1',
      requestNeedsApproval: false,
    });
    expect(acknowledgeWith().parse(undefined)).toBe(202);
    expect(baseUrl().parse(undefined)).toBeUndefined();
  });

  it.each(['input', 'output'] as const)('say what they mean and their default in the %s JSON Schema', io => {
    const { properties = {} } = z.toJSONSchema(Settings, { io });
    const shown = Object.values(properties).map(field => (typeof field === 'object' ? field : {}));

    expect(shown.map(({ default: value }) => value)).toEqual([200, 'https://api.provider.example/v1', false]);
    for (const { description } of shown) expect(description).toMatch(/Default /);
  });

  it('answer with nothing but 200 or 202', () => {
    for (const status of [201, 204, '200', 500]) expect(acknowledgeWith().safeParse(status).success).toBe(false);
  });
});

describe('baseUrl', () => {
  it.each([
    'https://x.example',
    'https://x.example:8443/a/b',
    'http://127.0.0.1:3000',
    'http://localhost/x',
    'http://[::1]',
  ])('takes %s', url => {
    expect(baseUrl().parse(url)).toBe(url);
  });

  it.each([
    'x.example',
    'ftp://x.example',
    'http://x.example',
    'http://localhost.x.example',
    'https://user:password@x.example',
    'https://x.example/?a=1',
    'https://x.example/#a',
    '',
  ])('refuses %j', url => {
    expect(baseUrl().safeParse(url).success).toBe(false);
  });
});
