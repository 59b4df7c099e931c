import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { REASONS } from '#model/codes.ts';

const SILENCE = ['other', 'unknown'] as const;

export const Settings = z.strictObject({
  shopId: z
    .string()
    .regex(/^\d{1,20}$/, 'is not a shop id, which is digits in quotes')
    .describe(
      "Loop's id of the shop (shop_id), in quotes; a webhook that names another is not read. It stands in every webhook of the topics return and label.",
    ),
  reasons: z
    .record(z.string().min(1).max(300), z.enum(REASONS).exclude(SILENCE))
    .default({})
    .describe(
      "What each of the merchant's return reasons means, looked up by return_reason and then by parent_return_reason, in whatever letter case; one that is missing here is kept as it is. Loop publishes no list. Default {}.",
    ),
  closedIsSettled: z
    .boolean()
    .default(true)
    .describe(
      'Whether a closed return has given the shopper what it states (refund, gift_card, exchange_total) where it lists no refunds. Loop also closes returns by hand, without settling, and does not publish how the webhook then looks. false: only refunds that are listed and gift cards that are requested count. Default true.',
    ),
  // One secret per subscription, none per connection: secrets.webhook lists them all.
  verification: verificationSettings({
    scheme: 'hmac',
    header: 'X-Loop-Signature',
    algorithm: 'sha256',
    encoding: 'base64',
    signs: 'body',
    keyForm: 'utf8',
  }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl('https://api.loopreturns.com/api/2026-10'),
  requestNeedsApproval,
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    "The secrets that sign the webhooks: one per subscription (topic and trigger), all of them, as Loop's Developer Tools show them.",
  ),
  api: SecretValue.optional().describe(
    'API key (X-Authorization) from the Developer Tools; may be left out while only webhooks are read.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
