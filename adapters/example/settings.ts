import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

/** Strict and described, field by field. What the provider's docs leave open is a setting with a stated default. */
export const Settings = z.strictObject({
  shop: z
    .string()
    .min(1)
    .max(200)
    .describe("The shop's id at Example Returns; a webhook that names another is not read."),
  verification: verificationSettings({
    scheme: 'hmac_timestamp',
    header: 'X-Example-Signature',
    timestampHeader: 'X-Example-Timestamp',
  }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl('https://api.example.com'),
  requestNeedsApproval,
});
export type Settings = z.output<typeof Settings>;

/** The same names in every adapter; configuration hands over resolved secrets, never text. */
export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe('Secrets that sign the webhooks; several while one is replaced.'),
  api: SecretValue.optional().describe(
    'Key of the API. Without it nothing is fetched, and a webhook that only points to a return is held.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
