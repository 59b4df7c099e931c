import { PassThrough } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentEncodings, decodeBody, readBody } from '../../src/http/read-body.ts';

const limits = (maxBytes: number) => ({ maxBytes, take: () => true });

describe('reading a body', () => {
  it('gives the bytes of all its pieces', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, limits(10));
    stream.write(Buffer.from('hel'));
    stream.end(Buffer.from('lo'));

    expect(await read).toEqual({ outcome: 'read', bytes: Buffer.from('hello') });
  });

  it('stops at the first byte too many and leaves the stream open for the answer', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, limits(4));
    stream.write(Buffer.from('hello'));

    expect(await read).toEqual({ outcome: 'too_large' });
    expect(stream.destroyed).toBe(false);
  });

  it('asks for room piece by piece, before it holds one', async () => {
    const asked: number[] = [];
    const stream = new PassThrough();
    const read = readBody(stream, { maxBytes: 100, take: bytes => asked.push(bytes) < 2 });
    stream.write(Buffer.alloc(3));
    stream.write(Buffer.alloc(5));

    expect(await read).toEqual({ outcome: 'overloaded' });
    expect(asked).toEqual([3, 5]);
  });

  it('ends where the room is needed for another', async () => {
    const stream = new PassThrough();
    let giveUp = () => {};
    const onceReading = (end: () => void) => {
      giveUp = end;
    };
    const read = readBody(stream, { ...limits(100), onceReading });
    stream.write(Buffer.alloc(3));

    giveUp();

    expect(await read).toEqual({ outcome: 'overloaded' });
    expect(stream.destroyed).toBe(false);
  });

  it('ends where the rest does not come in time', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.alloc(3));

    expect(await readBody(stream, { ...limits(100), timeoutMs: 5 })).toEqual({ outcome: 'too_slow' });
  });

  it.each([undefined, new Error('ECONNRESET')])(
    'of a sender that went away is aborted, never half a body (%s)',
    async reason => {
      const stream = new PassThrough();
      const read = readBody(stream, limits(100));
      stream.write(Buffer.from('{"half":'));
      stream.destroy(reason);

      expect(await read).toEqual({ outcome: 'aborted' });
    },
  );

  it('of a stream that is gone already is aborted', async () => {
    const stream = new PassThrough();
    stream.destroy();

    expect(await readBody(stream, limits(100))).toEqual({ outcome: 'aborted' });
  });
});

describe('decoding a body', () => {
  it.each([
    ['gzip', gzipSync('hello')],
    ['deflate', deflateSync('hello')],
    ['br', brotliCompressSync('hello')],
  ] as const)('reads %s up to the limit', async (encoding, bytes) => {
    expect(await decodeBody(bytes, encoding, 5)).toEqual({ outcome: 'read', bytes: Buffer.from('hello') });
    expect(await decodeBody(bytes, encoding, 4)).toEqual({ outcome: 'too_large' });
    expect(await decodeBody(bytes.subarray(0, bytes.length - 2), encoding, 5)).toEqual({ outcome: 'malformed' });
  });

  it.each([
    [undefined, []],
    [['identity'], []],
    [['GZIP'], ['gzip']],
    [['x-gzip'], ['gzip']],
    [
      ['gzip, br', 'identity'],
      ['gzip', 'br'],
    ],
  ])('finds in the header %j the encodings %j', (values, names) => {
    expect(contentEncodings(values)).toEqual(names);
  });
});
