import { z } from 'zod';
import { WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

export const Settings = z.strictObject({
  verification: verificationSettings({ scheme: 'standard_webhooks' }),
  acknowledgeWith: acknowledgeWith(),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'Standard Webhooks secrets: whsec_… (shared), or whpk_… (the public key of a sender that signs v1a).',
  ),
});
export type Secrets = z.output<typeof Secrets>;
