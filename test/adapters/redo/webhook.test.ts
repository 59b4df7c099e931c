import { describe, expect, it } from 'vitest';
import { redo } from '../../../adapters/redo/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';
import { settings, told } from './told.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
const connection = {
  settings: redo.settings.parse(settings),
  secrets: redo.secrets.parse({ webhook: [new Secret('made-up-old'), new Secret('made-up-new')] }),
};
const verify = (headers: Readonly<Record<string, string>>) =>
  redo.webhook?.verify(requestOf(told(), headers), connection, now);

describe('a webhook of Redo', () => {
  it.each([
    ['Bearer made-up-old', 0],
    ['Bearer made-up-new', 1],
    ['bearer made-up-new', 1],
  ])('is proven by the token we chose, which signs nothing: %s', (authorization, secretIndex) => {
    expect(verify({ authorization })).toEqual({ outcome: 'accepted', trust: 'credential', secretIndex });
  });

  it('is not proven by another token, another scheme, or none', () => {
    expect(verify({ authorization: 'Bearer made-up-other' })).toMatchObject({ reason: 'mismatch' });
    expect(verify({ authorization: 'made-up-new' })).toMatchObject({ reason: 'malformed' });
    expect(verify({ authorization: 'Basic bWFkZS11cC1uZXc=' })).toMatchObject({ reason: 'malformed' });
    expect(verify({})).toMatchObject({ reason: 'missing' });
  });

  it('needs to know whose returns it is about', () => {
    expect(redo.settings.safeParse({}).success).toBe(false);
    expect(connection.settings.returnTypes).toEqual(['return']);
  });
});

describe('a redelivery', () => {
  const keyOf = (body: unknown) => redo.webhook?.dedupeKey(requestOf(body), connection.settings);

  it('is known by the return, its last update and the type of the event', () => {
    const key = keyOf(told());

    expect(key).toEqual({ key: 'r-1/2026-03-04T10:20:30.400Z/updated', from: 'provider-id' });
    expect(keyOf(told({}, { at: '2026-03-05T00:00:00Z' }))).toEqual(key);
    expect(keyOf(told({}, { type: 'backfill' }))).not.toEqual(key);
    expect(keyOf(told({ updatedAt: '2026-03-05T00:00:00Z' }))).not.toEqual(key);
    expect(keyOf(told({ id: 'r-2' }))).not.toEqual(key);
  });

  it('keeps every digit of an id that comes as a number', () => {
    const body = JSON.stringify(told()).replace('"r-1"', '90071992547409931234');

    expect(keyOf(body)?.key).toBe('90071992547409931234/2026-03-04T10:20:30.400Z/updated');
  });

  it.each([
    ['no JSON', 'not json'],
    ['no return', '{"type": "updated"}'],
    ['no update', told({ updatedAt: null })],
    ['no id', told({ id: '' })],
    ['an id that is no text', told({ id: { a: 1 } })],
    ['an id that is too long', told({ id: 'x'.repeat(141) })],
  ])('is known by its bytes where there is %s', (_, body) => {
    expect(keyOf(body)).toMatchObject({ from: 'digest' });
  });
});
