import { describe, expect, it } from 'vitest';
import type { ConfigFile } from '../../src/config/config.ts';
import { type AppliedFile, differencesBetween, revisionsFor } from '../../src/config/revision.ts';

function accountFile(digest: string, content: unknown): ConfigFile {
  return { path: 'accounts/acme.yaml', digest, kind: 'account', account: 'acme', content };
}

function applied(digest: string, content: unknown): ReadonlyMap<string, AppliedFile> {
  return new Map([['accounts/acme.yaml', { account: 'acme', digest, content }]]);
}

describe('revisions', () => {
  it('are none where nothing changed', () => {
    expect(revisionsFor([accountFile('d1', { name: 'A' })], applied('d1', { name: 'A' }))).toEqual([]);
  });

  it('tell every value of a new file', () => {
    expect(revisionsFor([accountFile('d1', { name: 'A', list: [1, 2] })], new Map())).toEqual([
      {
        account: 'acme',
        path: 'accounts/acme.yaml',
        digest: 'd1',
        content: { name: 'A', list: [1, 2] },
        differences: [
          { path: '/list/0', before: null, after: 1 },
          { path: '/list/1', before: null, after: 2 },
          { path: '/name', before: null, after: 'A' },
        ],
        author: 'start',
        reason: 'The file is new.',
      },
    ]);
  });

  it('tell the values that changed', () => {
    const [revision] = revisionsFor(
      [accountFile('d2', { name: 'B', currency: 'USD', connections: { port: { adapter: 'x' } } })],
      applied('d1', { name: 'A', currency: 'USD', tier: 'gold' }),
    );

    expect(revision).toMatchObject({ reason: 'The file changed.' });
    expect(revision?.differences).toEqual([
      { path: '/connections/port/adapter', before: null, after: 'x' },
      { path: '/name', before: 'A', after: 'B' },
      { path: '/tier', before: 'gold', after: null },
    ]);
  });

  it('tell of a change of comments', () => {
    expect(revisionsFor([accountFile('d2', { name: 'A' })], applied('d1', { name: 'A' }))).toMatchObject([
      { digest: 'd2', differences: [], reason: 'Only comments or layout changed.' },
    ]);
  });

  it('tell of a file that is gone, once', () => {
    const gone = {
      account: 'acme',
      path: 'accounts/acme.yaml',
      digest: '',
      content: null,
      differences: [{ path: '/name', before: 'A', after: null }],
      author: 'start',
      reason: 'The file is gone.',
    };

    expect(revisionsFor([], applied('d1', { name: 'A' }))).toEqual([gone]);
    expect(revisionsFor([], applied('', null))).toEqual([]);
  });

  it('tell of a file that came back as of a new one', () => {
    expect(revisionsFor([accountFile('d1', { name: 'A' })], applied('', null))).toMatchObject([
      { reason: 'The file is new.', differences: [{ path: '/name', before: null, after: 'A' }] },
    ]);
  });

  it('name the variable of a secret', () => {
    const before = { secrets: { webhook: [{ env: 'OLD' }] } };
    const after = { secrets: { webhook: [{ env: 'NEW' }] } };

    expect(revisionsFor([accountFile('d2', after)], applied('d1', before))[0]?.differences).toEqual([
      { path: '/secrets/webhook/0/env', before: 'OLD', after: 'NEW' },
    ]);
  });
});

describe('the differences between two values', () => {
  it('escape keys as JSON Pointer does', () => {
    expect(differencesBetween({}, { 'a/b~c': 1 })).toContainEqual({ path: '/a~1b~0c', before: null, after: 1 });
  });

  it('show an empty map and an empty list', () => {
    expect(differencesBetween({ a: { b: 1 } }, { a: {}, c: [] })).toEqual([
      { path: '/a', before: null, after: {} },
      { path: '/a/b', before: 1, after: null },
      { path: '/c', before: null, after: [] },
    ]);
  });
});
