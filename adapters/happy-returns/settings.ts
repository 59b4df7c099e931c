import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

export const ReturnState = z.enum(['started', 'dropped_off', 'approved', 'expired']);

/**
 * Only `started` is published [documented]; the other three states are named in prose and their literals are guesses
 * [inferred]. A guess that is wrong shows as an unrecognized notice and is mended here, without a release.
 */
const statuses = {
  started: 'started',
  dropped_off: 'dropped_off',
  'dropped-off': 'dropped_off',
  received: 'dropped_off',
  approved: 'approved',
  completed: 'approved',
  expired: 'expired',
} as const satisfies Record<string, z.infer<typeof ReturnState>>;

export const Settings = z.strictObject({
  retailerId: z
    .string()
    .min(1)
    .max(140)
    .describe('The retailer id that Happy Returns fixed for this merchant; a webhook that names another is not read.'),
  statuses: z
    .record(z.string().min(1).max(300), ReturnState)
    .default(statuses)
    .describe(
      `What each status literal (typeID of return_status_updated) means: started, dropped_off, approved or expired. A map given here replaces the default. Default ${JSON.stringify(statuses)}.`,
    ),
  // The webhook's algorithm, key and signed bytes are not published: an unprefixed 32-byte hex digest is documented, the rest is inferred.
  verification: verificationSettings({
    scheme: 'hmac',
    header: 'X-Hr-Signature',
    algorithm: 'sha256',
    encoding: 'hex',
    signs: 'body',
    keyForm: 'utf8',
  }),
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://partner.happyreturns.com'),
  requestNeedsApproval,
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe('Secrets that sign the webhooks; several while one is replaced.'),
  api: SecretValue.optional().describe(
    'Key of the partner API (X-Hr-Apikey); may be left out while only webhooks are read.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
