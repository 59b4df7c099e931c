import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older or newer than this, and somebody may be sending a recorded message again. */
const TOLERANCE_SECONDS = 300;

/**
 * What a receiver of Retour's messages has to check, written as a receiver would and without any code of the gateway:
 * Standard Webhooks 1.0, HMAC-SHA256 over `{id}.{timestamp}.{body}` with the secret's bytes. `null`: the message is
 * genuine; else why it is not. `body` is the body as it arrived: a parsed and re-written one has another signature.
 */
export function checkSignature(
  secret: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Uint8Array,
  nowMs: number,
): string | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string')
    return 'a header is missing';
  if (!/^\d+$/.test(timestamp)) return 'the timestamp is no number';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return 'the timestamp is too far away';

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  for (const signature of signatures.split(' ')) {
    const [version, value = ''] = signature.split(',');
    const given = Buffer.from(value, 'base64');
    if (version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)) return null;
  }
  return 'no signature fits';
}
