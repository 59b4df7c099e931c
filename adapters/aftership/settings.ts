import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { CONDITIONS, FeeKind, REASONS } from '#model/codes.ts';
import { KIND_OF_DESTINATION } from './codes.ts';

const Word = z.string().min(1).max(300);
const SILENCE = ['other', 'unknown'] as const;

export const Settings = z.strictObject({
  organizationId: z
    .string()
    .min(1)
    .max(140)
    .describe(
      "The organization's id at AfterShip (data.organization.id in every webhook since version 2024-10); a webhook that names another is not read.",
    ),
  reasons: z
    .record(Word, z.enum(REASONS).exclude(SILENCE))
    .default({})
    .describe(
      'What each return reason of the merchant means: its text, or with a sub-reason "reason / sub-reason", which is looked up first. One that is missing here is kept as it is. Default {}.',
    ),
  grades: z
    .record(Word, z.enum(CONDITIONS).exclude(SILENCE))
    .default({})
    .describe(
      'What each grade of an inspection (a, b, c, d) means; AfterShip leaves that to the merchant. One that is missing here is kept as it is. Default {}.',
    ),
  refundDestinations: z
    .record(Word, z.enum(['refund', 'store_credit', 'gift_card']))
    .default(KIND_OF_DESTINATION)
    .describe(
      `What each destination of a refund gives the shopper; one that is missing here counts as a refund, because money moved. A map given here replaces the default. Default ${JSON.stringify(KIND_OF_DESTINATION)}.`,
    ),
  costOfReturn: FeeKind.default('return_shipping').describe(
    'What AfterShip charges as cost of return stands for, which it does not say: return_shipping, restocking, handling, late or other. Default return_shipping.',
  ),
  // Organizations created before 25 October 2022: header am-webhook-signature, prefix hmac-sha256= [documented].
  verification: verificationSettings({
    scheme: 'hmac',
    header: 'as-signature-hmac-sha256',
    algorithm: 'sha256',
    encoding: 'base64',
    signs: 'body',
    keyForm: 'utf8',
  }),
  // Any 2xx is success [documented]; an older page asks for 200, which is both.
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://api.aftership.com/returns/2026-07'),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe('Webhook secrets of AfterShip Returns; several while one is replaced.'),
  api: SecretValue.optional().describe('API key (as-api-key); may be left out while only webhooks are read.'),
});
export type Secrets = z.output<typeof Secrets>;
