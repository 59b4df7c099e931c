import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/config/read-yaml.ts';

/** The faults of a text as `line:column key — message; remedy`. */
function faultsOf(text: string): readonly string[] {
  return readYaml(text).faults.map(
    ({ position, key, message, remedy }) => `${position.line}:${position.column} ${key} — ${message}; ${remedy}`,
  );
}

describe('reading YAML', () => {
  it('gives plain JSON', () => {
    expect(readYaml('a: [1, yes, "2", null, true]\nb: { c: 1.5 }\n')).toMatchObject({
      value: { a: [1, 'yes', '2', null, true], b: { c: 1.5 } },
      faults: [],
    });
  });

  it('gives null for a file without a value', () => {
    expect(readYaml('# nothing here\n')).toMatchObject({ value: null, faults: [] });
  });

  it('knows where values and keys stand', () => {
    const file = readYaml('one:\n  two:\n    - three: 3\n');

    expect(file.at(['one', 'two', 0, 'three'])).toEqual({ line: 3, column: 14 });
    expect(file.atKey(['one', 'two'])).toEqual({ line: 2, column: 3 });
  });

  it('places what is absent at its nearest ancestor', () => {
    const file = readYaml('one:\n  two: {}\n');

    expect(file.at(['one', 'two', 'three', 'four'])).toEqual({ line: 2, column: 3 });
    expect(file.at(['five'])).toEqual({ line: 1, column: 1 });
  });

  it('follows an alias', () => {
    expect(readYaml('a: &x { b: 1 }\nc: *x\n')).toMatchObject({ value: { a: { b: 1 }, c: { b: 1 } }, faults: [] });
  });

  it.each([
    ['a: 1\nb: 2\na: 3\n', '3:1 a — stands here twice, first in line 1; keep one of the two'],
    ['a: { b: 1, b: 2 }', '1:12 a.b — stands here twice, first in line 1; keep one of the two'],
    ['a: 1\n"a": 2', '2:1 a — stands here twice, first in line 1; keep one of the two'],
    ['1: 2', '1:1  — has a key that is not text; put the key in quotes'],
    ['a:\n  ? [b]\n  : 1', '2:5 a — has a key that is not text; put the key in quotes'],
    ['~: 1', '1:1  — has a key that is not text; put the key in quotes'],
    ['a:\n  <<: { b: 1 }', '2:3 a.<< — is a merge key; write the values out'],
    ['"__proto__": { a: 1 }', '1:1 __proto__ — is not a key that stands here; take it out'],
    ['a: !!str 5', '1:10 a — carries the tag tag:yaml.org,2002:str; take the tag out; plain values only'],
    ['a: !mine 5', '1:10 a — carries the tag !mine; take the tag out; plain values only'],
    ['a: .inf', '1:4 a — is not a finite number; write a plain number'],
    ['a: 1\n---\nb: 2', '2:1  — holds several documents; keep one and take the --- lines out'],
    ['%YAML 1.1\n---\na: yes', '1:1  — asks for another YAML version than 1.2; take the %YAML line out'],
    ['\ta: 1', '1:1  — is not YAML: Tabs are not allowed as indentation; mend the line'],
    ['a: b: c', '1:4  — is not YAML: Nested mappings are not allowed in compact mappings; mend the line'],
    ['a: *gone', '1:1 a — is an alias of nothing; set its anchor before it, or put text that begins with * in quotes'],
  ])('refuses %j', (text, expected) => {
    expect(faultsOf(text)).toEqual([expected]);
  });

  it('refuses what is no YAML at all', () => {
    expect(faultsOf('{"json": [1, 2')).toHaveLength(1);
  });

  it('refuses aliases that multiply, before they do', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }

    expect(faultsOf(lines.join('\n'))).toEqual(['1:1  — follows more than 100 aliases; write the values out']);
  });

  it('refuses an alias of itself', () => {
    expect(faultsOf('a: &a [*a]')).toEqual(['1:7 a[0][0] — is nested deeper than 40 levels; write it flatter']);
  });

  it('refuses nesting that no configuration has', () => {
    expect(faultsOf(`a: ${'['.repeat(60)}${']'.repeat(60)}`)).toEqual([
      '1:44 a[0][0] — is nested deeper than 40 levels; write it flatter',
    ]);
  });

  it('survives nesting of 10,000', () => {
    expect(faultsOf(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)).toHaveLength(1);
  });

  it('finds one repeated key among 5,000', () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `key${index}: 1`);

    expect(faultsOf([...lines, 'key7: 2'].join('\n'))).toEqual([
      '5001:1 key7 — stands here twice, first in line 8; keep one of the two',
    ]);
  });
});
