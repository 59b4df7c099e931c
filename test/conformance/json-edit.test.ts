import { describe, expect, it } from 'vitest';
import { withAddedFields } from '../../src/demo/added-fields.ts';
import { withoutValue, withValue } from './json-edit.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

describe('an edited body', () => {
  it('keeps the digits of every number it does not touch', () => {
    expect(text(withValue(bytes('{"a":12345678901234567890.10,"b":[1]}'), '/b/0', 'x'))).toBe(
      '{"a":12345678901234567890.10,"b":["x"]}',
    );
  });

  it('lacks what was taken away', () => {
    expect(text(withoutValue(bytes('{"a":{"b~/c":1,"d":2}}'), '/a/b~0~1c'))).toBe('{"a":{"d":2}}');
  });

  it('has a field more in every object but the excepted ones', () => {
    const added = text(withAddedFields(bytes('{"a":[{"b":{}}],"c":{"d":{}}}'), ['/c'])!);

    expect(added.match(/addedByTheFuture/g)).toHaveLength(3);
    expect(added).toContain('"c":{"d":{}}');
  });

  it('is refused where the pointer names nothing', () => {
    expect(() => withValue(bytes('{"a":1}'), '/b', 1)).toThrow('no value at /b');
  });

  it('has no field more where it is no JSON object or array', () => {
    expect(withAddedFields(bytes('{"a":'), [])).toBeNull();
    expect(withAddedFields(bytes('null'), [])).toBeNull();
  });
});
