import { signStandardWebhook } from '../adapter/standard-webhooks.ts';
import type { DestinationConfig } from '../config/config.ts';
import type { Shopper } from '../model/return-event.ts';

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether it carries the shopper. */
  readonly personal: boolean;
}

/**
 * One try as Standard Webhooks 1.0 has it: a fresh timestamp each time, the same `webhook-id` on every try, and one
 * signature per secret, so that a receiver may rotate at leisure. `shopper` is added here and nowhere earlier.
 */
export function signDelivery(
  destination: Pick<DestinationConfig, 'url' | 'secrets'>,
  message: { readonly webhookId: string; readonly body: string; readonly shopper?: Shopper | null },
  nowMs: number,
): OutgoingRequest {
  const body = message.shopper === undefined ? message.body : withShopper(message.body, message.shopper);
  const timestamp = Math.floor(nowMs / 1000);
  const signature = signStandardWebhook({
    id: message.webhookId,
    timestamp,
    body: Buffer.from(body, 'utf8'),
    secrets: destination.secrets,
  });
  return {
    url: destination.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Retour/1 (+https://www.standardwebhooks.com)',
      'webhook-id': message.webhookId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    },
    body,
    personal: message.shopper !== undefined && message.shopper !== null,
  };
}

function withShopper(body: string, shopper: Shopper | null): string {
  const message = JSON.parse(body) as { data: { return: Record<string, unknown> } };
  message.data.return.shopper = shopper;
  return JSON.stringify(message);
}
