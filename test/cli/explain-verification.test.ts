import { describe, expect, it } from 'vitest';
import { explainReason, hintsOf, lookAtSecret, variantsOf } from '../../src/cli/explain-verification.ts';
import type { CapturedRequest } from '../../src/cli/read-http-dump.ts';

function request(headers: CapturedRequest['headers'], body = '{}'): CapturedRequest {
  return { method: 'POST', path: null, headers, body: Buffer.from(body) };
}

const NOTHING_CAME = { header: 'X-Acme-Signature', received: null, expected: [], skewSeconds: null };

function bodiesOf(body: string): Readonly<Record<string, string>> {
  return Object.fromEntries(variantsOf(Buffer.from(body)).map(each => [each.what, Buffer.from(each.body).toString()]));
}

describe('what may have happened to a body', () => {
  it('is undone one by one, each variant once', () => {
    expect(bodiesOf('{ "url": "a/b", "ä": [1,2] }\n')).toEqual({
      'without the line end at its end': '{ "url": "a/b", "ä": [1,2] }',
      'with a line end at its end': '{ "url": "a/b", "ä": [1,2] }\n\n',
      'with CR LF line ends': '{ "url": "a/b", "ä": [1,2] }\r\n',
      'as JSON without blanks': '{"url":"a/b","ä":[1,2]}',
      'as JSON indented by two': '{\n  "url": "a/b",\n  "ä": [\n    1,\n    2\n  ]\n}',
      'as JSON indented by four': '{\n    "url": "a/b",\n    "ä": [\n        1,\n        2\n    ]\n}',
      'as JSON with a blank after each comma and colon': '{"url": "a/b", "ä": [1, 2]}',
      'as JSON with escaped slashes': '{"url":"a\\/b","ä":[1,2]}',
      'as JSON with everything but ASCII escaped': '{"url":"a/b","\\u00e4":[1,2]}',
      'if it were empty': '',
    });
  });

  it('is not guessed where the bytes are no text', () => {
    expect(variantsOf(new Uint8Array([0xff, 0x00]))).toEqual([]);
  });
});

describe('what the captured request itself shows', () => {
  it('is a body that is not whole', () => {
    expect(hintsOf(request([['Content-Length', '10']]), null)).toEqual([
      'Content-Length says 10 bytes and the body here has 2: the capture is not whole, so no signature can fit.',
    ]);
  });

  it('is a body that was not copied', () => {
    expect(hintsOf(request([['Content-Length', '10']], ''), null)).toEqual([
      'Content-Length says 10 bytes and no body is here: write it behind the empty line of the head (curl -v prints none).',
    ]);
  });

  it('is a signature under another name', () => {
    const headers = [
      ['X-Acme-Hmac', 'ab'],
      ['Content-Type', 'application/json'],
    ] as const;

    expect(hintsOf(request(headers), NOTHING_CAME)).toEqual([
      'What came instead: X-Acme-Hmac. If the provider signs there, say so in settings.verification.header.',
    ]);
  });

  it('is chunk sizes in the body, and a body that was compressed', () => {
    const headers = [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Encoding', 'gzip'],
    ] as const;

    expect(hintsOf(request(headers, '2\r\n{}\r\n0\r\n\r\n'), null)).toEqual([
      'The body still has its chunk sizes in it: signatures cover the body without them.',
      'The body is declared as gzip: give the bytes as they were sent, compressed.',
    ]);
  });

  it('is nothing where nothing is strange', () => {
    expect(hintsOf(request([['Content-Length', '2']]), null)).toEqual([]);
  });
});

describe('a proof that is not the right one', () => {
  const came = { header: 'Authorization', received: '5b1a', expected: ['d2c4'], skewSeconds: null };

  it.each([
    ['basic', 'The header Authorization carries another user name or password than this connection knows.'],
    ['bearer', 'The header Authorization carries another token than this connection knows.'],
    ['url_token', 'The query parameter Authorization carries another token than this connection knows.'],
    [
      'hmac',
      'The header Authorization does not fit: another secret, other bytes than the provider signed, or another way of signing.',
    ],
  ])('is told in the words of the scheme %s', (scheme, said) => {
    expect(explainReason('mismatch', { ...came, scheme })).toBe(said);
  });

  it('is looked for in the secret, in the form that the scheme asks for', () => {
    expect(lookAtSecret('basic')).toBe(
      'Look at the secret of the connection (username:password): is it the one of this very account and endpoint, whole, and without blanks around it? The body plays no part in this proof.',
    );
  });
});
