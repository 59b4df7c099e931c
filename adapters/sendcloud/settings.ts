import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { METHODS } from '#model/codes.ts';
import { METHOD_OF } from './codes.ts';

const Id = z.string().regex(/^\d{1,18}$/, 'is not an id (digits, in quotes)');
const SILENCE = ['other', 'unknown'] as const;

export const Settings = z.strictObject({
  integrationId: Id.optional().describe(
    'The id of the Sendcloud integration whose webhooks these are; one that names another is not read. Only the webhooks about an integration name it. Default: not compared, then the key alone tells the account.',
  ),
  brandId: Id.optional().describe(
    'The id of the Sendcloud brand whose returns these are; a return that names another is not read. Default: not compared.',
  ),
  returnParcels: z
    .enum(['tracking_number', 'order_number'])
    .default('tracking_number')
    .describe(
      'How news of a parcel finds its return, since no webhook names both. tracking_number: it waits until a return has its number. order_number: parcels that Sendcloud marks as returns join the return of their order as well, as long as the order has only one; a second return of that order takes their news away again. Default tracking_number.',
    ),
  deliveryChoices: z
    .record(z.string().min(1).max(300), z.enum(METHODS).exclude(SILENCE))
    .default(METHOD_OF)
    .describe(
      `What each delivery_choice of return_created means. Its words are not published; the default has those of delivery_option in the API. A map given here replaces the default. Default ${JSON.stringify(METHOD_OF)}.`,
    ),
  // [documented] for the webhooks of an integration. An event subscription signs nothing: bearer, basic, or none, as its connection was made.
  verification: verificationSettings({
    scheme: 'hmac',
    header: 'Sendcloud-Signature',
    algorithm: 'sha256',
    encoding: 'hex',
    signs: 'body',
    keyForm: 'utf8',
  }),
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://panel.sendcloud.sc/api/v3'),
  requestNeedsApproval,
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'Secret Key or Webhook Signature Key of each integration that points here, or what the connection of an event subscription sends; several while one is replaced.',
  ),
  api: SecretValue.optional().describe(
    'Public and secret key of the API, as public:secret; may be left out while only webhooks are read.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
