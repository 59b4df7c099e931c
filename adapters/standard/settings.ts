import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

export const Settings = z.strictObject({
  verification: verificationSettings({ scheme: 'standard_webhooks' }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl().describe(
    "Base URL of the sender's own API, without a slash at its end. Used once the gateway can call a sender; until then nothing is called. No default.",
  ),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'Standard Webhooks secrets: whsec_… (shared), or whpk_… (the public key of a sender that signs v1a).',
  ),
  api: SecretValue.optional().describe(
    "Key of the sender's own API. Used once the gateway can call a sender; may be left out.",
  ),
});
export type Secrets = z.output<typeof Secrets>;
