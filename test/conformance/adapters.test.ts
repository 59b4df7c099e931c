import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { describeAdapter } from './adapter-kit.ts';
import { fixturesOf } from './fixtures.ts';

const registered = [...adapters, ...exampleAdapters];

describe('the registry', () => {
  it('has an entry for every adapter folder', () => {
    const folders = readdirSync(new URL('../../adapters/', import.meta.url), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort();

    expect(registered.map(adapter => adapter.id).sort()).toEqual(folders);
  });

  it('keeps fictional providers out of the list that configuration sees', () => {
    expect(adapters.map(adapter => adapter.id)).not.toContain('example');
  });
});

for (const adapter of registered) describeAdapter(adapter, fixturesOf(adapter.id));
