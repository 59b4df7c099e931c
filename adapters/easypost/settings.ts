import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

export const Settings = z.strictObject({
  mode: z
    .enum(['production', 'test'])
    .default('production')
    .describe(
      'Which events are read: production, or test for a connection that tries things out. Events of the other mode are ignored. Default production.',
    ),
  userId: z
    .string()
    .regex(/^user_\w{1,100}$/, 'is not a user id (user_…)')
    .optional()
    .describe(
      "The id of the EasyPost user whose parcels these are (user_…); an event that names another user is not read. Default: not compared, then the webhook's secret alone tells the account.",
    ),
  // [documented] in prose and in the vendor's client libraries; each webhook has a secret of its own, without one nothing is signed.
  verification: verificationSettings({
    scheme: 'hmac',
    header: 'X-Hmac-Signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'hmac-sha256-hex=',
    signs: 'body',
    keyForm: 'nfkd',
  }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl('https://api.easypost.com/v2'),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'The webhook_secret of each webhook that points here (test and production have one each); several while one is replaced.',
  ),
  api: SecretValue.optional().describe('API key; may be left out while only webhooks are read.'),
});
export type Secrets = z.output<typeof Secrets>;
