import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { happyReturns } from '../../../adapters/happy-returns/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const connection = {
  settings: happyReturns.settings.parse({ retailerId: 'acme' }),
  secrets: happyReturns.secrets.parse({ webhook: [new Secret('made-up')] }),
};
const now = new Date('2026-11-20T10:00:00.000Z');
const body = '{"event": "return_status_updated"}';
const signature = createHmac('sha256', 'made-up').update(body).digest('hex');
const verify = (text: string, header: string) =>
  happyReturns.webhook?.verify(requestOf(text, { 'x-hr-signature': header }), connection, now);

describe('a webhook of Happy Returns', () => {
  it.each([signature, signature.toUpperCase()])('is proven by the hex digest of its bytes: %s', header => {
    expect(verify(body, header)).toEqual({ outcome: 'accepted', trust: 'signed', secretIndex: 0 });
  });

  it('is not proven by a digest of the same JSON written in another way', () => {
    expect(verify(JSON.stringify(JSON.parse(body)), signature)).toMatchObject({ outcome: 'rejected' });
  });

  it('is answered 200 unless configured otherwise', () => {
    expect(connection.settings.acknowledgeWith).toBe(200);
  });

  it('needs to know whose returns it is about', () => {
    expect(happyReturns.settings.safeParse({}).success).toBe(false);
    expect(happyReturns.settings.safeParse({ retailerId: '' }).success).toBe(false);
  });
});
