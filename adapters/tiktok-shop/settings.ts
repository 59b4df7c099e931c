import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';

const SIGNATURE = {
  scheme: 'hmac',
  header: 'Authorization',
  algorithm: 'sha256',
  encoding: 'hex',
  keyForm: 'utf8',
} as const;

const strict = z.strictObject({
  appKey: z
    .string()
    .regex(/^[A-Za-z0-9]{1,64}$/, 'is not an app key: letters and digits')
    .describe("The app's key in Partner Center; the signature covers it, in front of the body."),
  shopId: z
    .string()
    .regex(/^\d{1,30}$/, 'is not a shop id: digits')
    .describe(
      'The id of the shop (shop_id in every webhook), in quotes because of its length; a webhook that names another is not read.',
    ),
  // [documented], with a worked example: https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview
  verification: verificationSettings(SIGNATURE).describe(
    `How a webhook's sender is proven. Default: ${JSON.stringify(SIGNATURE)}, and as signs the app key with {body} behind it.`,
  ),
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://open-api.tiktokglobalshop.com'),
});

/** What the digest covers has the app's key in it, so that its default can only be filled in here. */
export const Settings = strict.overwrite(settings => {
  const { verification, appKey } = settings;
  if (verification.scheme !== 'hmac' || verification.signs !== undefined) return settings;
  return { ...settings, verification: { ...verification, signs: `${appKey}{body}` } };
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe('The app secret, which signs the webhooks; several while it is replaced.'),
  api: SecretValue.optional().describe(
    "The seller's access token (x-tts-access-token); may be left out while only webhooks are read.",
  ),
});
export type Secrets = z.output<typeof Secrets>;
