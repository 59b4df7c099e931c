import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../src/demo/check-signature.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const AT = new Date('2026-11-20T10:00:00.000Z');
const BODY = '{"type":"refund.issued","data":{"amount":"5,00 €"}}';

/** Signed by the published library, so that the receiver is not checked against our own signer. */
function signed(body = BODY): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(AT.getTime() / 1000),
    'webhook-signature': new Webhook(SECRET).sign('evt_1', AT, body),
  };
}

function check(headers: Record<string, string | undefined>, body = BODY, nowMs = AT.getTime()): string | null {
  return checkSignature(SECRET, headers, Buffer.from(body), nowMs);
}

describe('a receiver', () => {
  it('takes what the published library signed', () => {
    expect(check(signed())).toBeNull();
  });

  it('takes one signature that fits among several, as while a secret is replaced', () => {
    const headers = signed();
    const other = new Webhook('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD').sign('evt_1', AT, BODY);

    expect(check({ ...headers, 'webhook-signature': `${other} ${headers['webhook-signature']}` })).toBeNull();
    expect(check({ ...headers, 'webhook-signature': other })).toBe('no signature fits');
  });

  it('refuses a body that was changed, or only written anew', () => {
    expect(check(signed(), BODY.replace('5', '6'))).toBe('no signature fits');
    expect(check(signed(), JSON.stringify(JSON.parse(BODY), null, 1))).toBe('no signature fits');
  });

  it('refuses a message of another id', () => {
    expect(check({ ...signed(), 'webhook-id': 'evt_2' })).toBe('no signature fits');
  });

  it('takes a clock five minutes away, and refuses one further away in either direction', () => {
    const fiveMinutes = 300_000;

    expect(check(signed(), BODY, AT.getTime() + fiveMinutes)).toBeNull();
    expect(check(signed(), BODY, AT.getTime() + fiveMinutes + 1)).toBe('the timestamp is too far away');
    expect(check(signed(), BODY, AT.getTime() - fiveMinutes - 1)).toBe('the timestamp is too far away');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a message without %s', name => {
    expect(check({ ...signed(), [name]: undefined })).toBe('a header is missing');
  });

  it('refuses a time that is no number', () => {
    expect(check({ ...signed(), 'webhook-timestamp': 'now' })).toBe('the timestamp is no number');
  });
});
