import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { CONDITIONS, DISPOSITIONS, METHODS, REASONS } from '#model/codes.ts';
import { CONDITION_OF, DISPOSITION_OF, METHOD_OF, REASON_OF, RETURN_TYPES } from './codes.ts';

const Word = z.string().min(1).max(300);
const SILENCE = ['other', 'unknown'] as const;

export const Settings = z.strictObject({
  merchantName: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe(
      "The merchant's name at Redo (merchantName in every webhook), compared letter by letter; a webhook that names another is not read.",
    ),
  returnTypes: z
    .array(z.enum(RETURN_TYPES))
    .min(1)
    .default(['return'])
    .describe(
      'Which types are read as returns: return, claim, warranty. All of them come over one topic, and a claim for a lost parcel is no return. Default ["return"].',
    ),
  reasons: z
    .record(Word, z.enum(REASONS).exclude(SILENCE))
    .default(REASON_OF)
    .describe(
      `What each return reason of the merchant means: by its code (reasonCode), which is looked up first, or by its text. One that is missing here is kept as it is. A map given here replaces the default. Default ${JSON.stringify(REASON_OF)}.`,
    ),
  grades: z
    .record(Word, z.enum(CONDITIONS).exclude(SILENCE))
    .default(CONDITION_OF)
    .describe(
      'What each grade of an item means; Redo leaves that to the merchant. One that is missing here is kept as it is. Default {}.',
    ),
  outcomes: z
    .record(Word, z.enum(DISPOSITIONS).exclude(SILENCE))
    .default(DISPOSITION_OF)
    .describe(
      `What each outcome of an item means; Redo leaves that to the merchant. One that is missing here is kept as it is. A map given here replaces the default. Default ${JSON.stringify(DISPOSITION_OF)}.`,
    ),
  dropOffProviders: z
    .record(Word, z.enum(METHODS).exclude(SILENCE))
    .default(METHOD_OF)
    .describe(
      `How goods travel with each provider of a drop-off; one that is missing here is kept as it is. A map given here replaces the default. Default ${JSON.stringify(METHOD_OF)}.`,
    ),
  // A token that we choose (callback.auth.bearer.token); nothing signs the body [documented].
  verification: verificationSettings({ scheme: 'bearer' }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl('https://api.getredo.com/v2.2'),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'Bearer tokens that Redo was given with the webhook, one per subscription; several while one is replaced.',
  ),
  api: SecretValue.optional().describe('REDO_API_SECRET; may be left out while only webhooks are read.'),
});
export type Secrets = z.output<typeof Secrets>;
