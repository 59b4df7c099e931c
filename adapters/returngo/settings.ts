import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { CONDITIONS, METHODS, REASONS } from '#model/codes.ts';
import { METHOD_OF, SETTLEMENT_OF_TYPE, STANDING_OF_STATUS } from './codes.ts';

const Word = z.string().min(1).max(300);
const SILENCE = ['other', 'unknown'] as const;

/** ReturnGO's enumerations are published by their first values only [API page]: the rest of each is for a setting. */
export const Settings = z.strictObject({
  shop: z
    .string()
    .regex(/^[a-z0-9.-]+$/i, 'is not a host name')
    .max(253)
    .describe(
      'The shop as ReturnGO knows it, such as acme.myshopify.com. It goes with every call: one key may span several shops, and another name here would read another shop.',
    ),
  callsPerDay: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(2000)
    .describe('How often ReturnGO may be asked in 24 hours. Default 2000, which ReturnGO raises on request.'),
  methods: z
    .record(Word, z.enum(METHODS).exclude(SILENCE))
    .default(METHOD_OF)
    .describe(
      `What each returnMethod.type means, in whatever letter case. A map given here replaces the default. Default ${JSON.stringify(METHOD_OF)}.`,
    ),
  reasons: z
    .record(Word, z.enum(REASONS).exclude(SILENCE))
    .default({})
    .describe(
      "What each of the shop's return reasons means; one that is missing here is kept as it is. Default {}: each shop has its own.",
    ),
  conditions: z
    .record(Word, z.enum(CONDITIONS).exclude(SILENCE))
    .default({})
    .describe(
      'What each nonRestockableReason says of the condition of an item; one that is missing here is kept as it is. Default {}.',
    ),
  transactionTypes: z
    .record(Word, z.enum(['refund', 'store_credit', 'gift_card', 'none']))
    .default(SETTLEMENT_OF_TYPE)
    .describe(
      `What each type of transaction gives the shopper; none: nothing. One that is missing here is not recognized. A map given here replaces the default. Default ${JSON.stringify(SETTLEMENT_OF_TYPE)}.`,
    ),
  transactionStatuses: z
    .record(Word, z.enum(['waiting', 'paid', 'failed']))
    .default(STANDING_OF_STATUS)
    .describe(
      `What each status of a transaction means. One that is missing here is not recognized. A map given here replaces the default. Default ${JSON.stringify(STANDING_OF_STATUS)}.`,
    ),
  feeOrders: z
    .array(Word)
    .default(['Fee'])
    .describe(
      'Types of exchange orders that only collect a fee, and bring the shopper nothing. Default ["Fee"], by its name.',
    ),
  // Nothing is signed, and what is sent can only carry what stands in its URL [not found otherwise].
  verification: verificationSettings({ scheme: 'url_token' }),
  acknowledgeWith: acknowledgeWith(),
  baseUrl: baseUrl('https://api.returngo.ai'),
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe('Tokens in the URLs of the webhooks; several while one is replaced.'),
  api: SecretValue.optional().describe(
    'Key of the API (Settings > Integrations > API). Without it nothing is fetched, and every webhook is held.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
