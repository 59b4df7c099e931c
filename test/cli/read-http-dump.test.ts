import { describe, expect, it } from 'vitest';
import { readHttpDump } from '../../src/cli/read-http-dump.ts';

function dump(text: string) {
  const { body, ...rest } = readHttpDump(Buffer.from(text, 'latin1'));
  return { ...rest, body: Buffer.from(body).toString('latin1') };
}

describe('a captured request', () => {
  it('is read to the byte', () => {
    expect(dump('POST /webhooks/a/b?x=1 HTTP/1.1\r\nHost: x\r\nX-Sig:  ab \r\n\r\n{"a": 1}\r\n\xff')).toEqual({
      method: 'POST',
      path: '/webhooks/a/b?x=1',
      headers: [
        ['Host', 'x'],
        ['X-Sig', 'ab'],
      ],
      body: '{"a": 1}\r\n\xff',
    });
  });

  it('may lack the request line, end its lines in LF, and have no body', () => {
    expect(dump('X-Sig: ab\nX-Sig: cd\n')).toEqual({
      method: 'POST',
      path: null,
      headers: [
        ['X-Sig', 'ab'],
        ['X-Sig', 'cd'],
      ],
      body: '',
    });
  });

  it('may name a whole URL, and be what curl -v sent', () => {
    expect(dump('> PUT https://returns.example.com/webhooks/a/b HTTP/2\n> x-sig: ab\n>\n\nbody')).toMatchObject({
      method: 'PUT',
      path: '/webhooks/a/b',
      headers: [['x-sig', 'ab']],
      body: 'body',
    });
  });

  it('keeps an empty line of the body', () => {
    expect(dump('A: b\n\nfirst\n\nsecond').body).toBe('first\n\nsecond');
  });

  it('is refused where it is none', () => {
    expect(() => dump('{"event":"x"}\n')).toThrow('This is no HTTP request: "{"event":"x"}" is no header.');
  });
});
