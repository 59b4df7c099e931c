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

/** As curl 7.88 prints it; the body is where a person writes it, because curl prints none. */
const CURL = [
  '*   Trying 127.0.0.1:8080...',
  '* Connected to 127.0.0.1 (127.0.0.1) port 8080 (#0)',
  '> POST /webhooks/a/b?x=1 HTTP/1.1\r',
  '> Host: 127.0.0.1:8080\r',
  '> User-Agent: curl/7.88.1\r',
  '> Accept: */*\r',
  '> content-type: application/json\r',
  '> X-Hr-Signature: 5b1a\r',
  '> Content-Length: 13\r',
  '> \r',
];
const ANSWER = [
  '< HTTP/1.1 401 Unauthorized\r',
  '< content-type: application/problem+json\r',
  '< Transfer-Encoding: chunked\r',
  '< \r',
  '* Connection #0 to host 127.0.0.1 left intact',
  '{"code":"SIGNATURE_REJECTED"}',
];
const HEADERS = [
  ['Host', '127.0.0.1:8080'],
  ['User-Agent', 'curl/7.88.1'],
  ['Accept', '*/*'],
  ['content-type', 'application/json'],
  ['X-Hr-Signature', '5b1a'],
  ['Content-Length', '13'],
];

describe('what curl -v prints', () => {
  it('is read with the body behind the head, and without the answer', () => {
    expect(dump([...CURL, '{"event":"x"}', ...ANSWER].join('\n'))).toEqual({
      method: 'POST',
      path: '/webhooks/a/b?x=1',
      headers: HEADERS,
      body: '{"event":"x"}',
    });
  });

  it('may have lost its CR, its last blanks, and everything but the request', () => {
    const lines = CURL.slice(2).map(line => line.trimEnd());

    expect(dump([...lines, '{"event":"x"}'].join('\n'))).toMatchObject({ headers: HEADERS, body: '{"event":"x"}' });
  });

  it('may have doubled each CR, as the record of a terminal does', () => {
    const recorded = [...CURL, '{"event":"x"}', ...ANSWER].map(line => `${line}\r`);

    expect(dump(recorded.join('\n'))).toMatchObject({ headers: HEADERS, body: '{"event":"x"}' });
  });

  it('may have lost the blank in front of the answer’s last line', () => {
    expect(dump([...CURL, '<', '{"code":"X"}'].join('\n')).body).toBe('');
  });

  it('has no body where nobody wrote one: the answer is none', () => {
    expect(dump([...CURL, '* upload completely sent off: 13 bytes', ...ANSWER].join('\n')).body).toBe('');
  });

  it('has the progress of a redirected run in it', () => {
    const before = '  % Total    % Received\n\r  0     0    0     0 --:--:--     0*   Trying 127.0.0.1:8080...';
    const lines = [before, ...CURL.slice(1), '} [13 bytes data]', ...ANSWER.slice(0, 4), '{ [40 bytes data]'];

    expect(dump(lines.join('\n'))).toMatchObject({ path: '/webhooks/a/b?x=1', headers: HEADERS, body: '' });
  });

  it('keeps the line end that Content-Length counts', () => {
    const lines = [...CURL, '{"event": 1}', '* upload completely sent off: 13 bytes'];

    expect(dump(lines.join('\n')).body).toBe('{"event": 1}\n');
  });

  it('is not looked for in the body of another capture', () => {
    expect(dump('POST /a HTTP/1.1\nX-Sig: ab\n\n> POST /b HTTP/1.1\n> x: y\n>\n')).toMatchObject({
      path: '/a',
      headers: [['X-Sig', 'ab']],
      body: '> POST /b HTTP/1.1\n> x: y\n>\n',
    });
  });
});
