import { describe, expect, it } from 'vitest';
import { namesEmail } from '../../src/storage/names-email.ts';

const names = (text: string | Buffer, email = 'jo.doe+x@example.com') => namesEmail(email)(Buffer.from(text));

describe('bytes name an e-mail address', () => {
  it.each([
    '{"email":"jo.doe+x@example.com"}',
    'JO.DOE+X@EXAMPLE.COM',
    'Jo <Jo.Doe+x@example.com>',
    'mail=jo.doe%2Bx%40example.com&a=b',
    '{"email":"jo.doe\\u002Bx\\u0040example.com"}',
    '{"note":"write to\\njo.doe+x@example.com."}',
    'a=%3Cjo.doe%2bx%40example.com%3E',
    '{"note":"\\u003cjo.doe+x@example.com\\u003e"}',
  ])('in %s', text => {
    expect(names(text)).toBe(true);
  });

  it.each([
    '{"email":"mojo.doe+x@example.com"}',
    '{"email":"jo.doe+x@example.com.au"}',
    '{"email":"jo.doe+x@example.community"}',
    '{"email":"a+jo.doe+x@example.com"}',
    'a%2Bjo.doe%2Bx%40example.com',
    '{"email":"jo_doe+x@example.com"}',
    '{"email":"joXdoe+x@example.com"}',
    '',
  ])('but not in %s', text => {
    expect(names(text)).toBe(false);
  });

  it('in bytes that are no text', () => {
    expect(names(Buffer.concat([Buffer.of(0xff, 0x00, 0xfe), Buffer.from('jo.doe+x@example.com'), Buffer.of(0)]))).toBe(
      true,
    );
  });

  it('with letters beyond ASCII', () => {
    expect(names('{"email":"jörg@exämple.com"}', 'jörg@exämple.com')).toBe(true);
    expect(names('{"email":"jorg@example.com"}', 'jörg@exämple.com')).toBe(false);
  });
});
