import { z } from 'zod';
import { SecretValue, WebhookSecrets } from '#adapter/secret.ts';
import { acknowledgeWith, baseUrl, requestNeedsApproval } from '#adapter/settings.ts';
import { verificationSettings } from '#adapter/verification.ts';
import { METHODS, REASONS, SettlementKind } from '#model/codes.ts';
import { METHOD_OF } from './codes.ts';

/** A key of a JSON object; without the characters that a JSON Pointer would have to escape. */
const FieldName = z.string().regex(/^[A-Za-z_][\w-]{0,63}$/, 'is not a field name');
const Word = z.string().min(1).max(300);
const SILENCE = ['other', 'unknown'] as const;

/**
 * Narvar publishes that a return lists its items and not what their fields are called [not found]. The defaults are the
 * names that its other interfaces use: `sku`, `quantity`, `return_reason_code` of the label API [documented] and `item_id`
 * of the order API [documented]; `items` and `name` are [inferred].
 */
const items = z
  .strictObject({
    list: FieldName.default('items').describe('The list of items. Default items.'),
    id: FieldName.default('item_id').describe(
      "An item's id in the order, which tells two items of one SKU apart. Default item_id.",
    ),
    sku: FieldName.default('sku').describe('The SKU; the name of the item where it has no id. Default sku.'),
    quantity: FieldName.default('quantity').describe('How many units, as a number or as text. Default quantity.'),
    name: FieldName.default('name').describe('What the shopper reads. Default name.'),
    reason: FieldName.default('return_reason_code').describe(
      "The retailer's code of the reason. Default return_reason_code.",
    ),
  })
  .prefault({})
  .describe('Names of the fields that list the items of a return: Narvar does not publish them.');

const strict = z.strictObject({
  dialect: z
    .enum(['standard', 'full', 'shopify'])
    .default('standard')
    .describe(
      'Which payload Narvar sends: standard (POST /rma), full (POST /return), or that of the Shopify returns app, whose topic comes in a header. Default standard.',
    ),
  retailer: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe(
      "The retailer's name in Narvar (retailer_name, retailer_moniker); a webhook that names another is not read. Needed with the dialects standard and full.",
    ),
  shopDomain: z
    .string()
    .regex(/^[a-z0-9.-]+$/i, 'is not a host name')
    .max(253)
    .optional()
    .describe(
      'The shop, such as acme.myshopify.com; a webhook whose X-Narvar-Shop-Domain names another is not read. Needed with the dialect shopify.',
    ),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not an ISO 4217 code')
    .optional()
    .describe(
      'ISO 4217 code of amounts in webhooks that name no currency. Default: none, then such amounts are kept as text.',
    ),
  methods: z
    .record(Word, z.enum(METHODS).exclude(SILENCE))
    .default(METHOD_OF)
    .describe(
      `What each return_method literal means, in whatever letter case. A map given here replaces the default. Default ${JSON.stringify(METHOD_OF)}.`,
    ),
  reasons: z
    .record(Word, z.enum(REASONS).exclude(SILENCE))
    .default({})
    .describe(
      "What each of the retailer's reason codes means; a code that is missing here is kept as it is. Default {}.",
    ),
  refundMethods: z
    .record(Word, SettlementKind)
    .default({})
    .describe(
      'What each refund_method literal of the dialect shopify gives the shopper. Narvar does not publish them; one that is missing here counts as a refund. Default {}.',
    ),
  returnPart: z
    .union([FieldName, z.literal('')])
    .optional()
    .describe(
      'The field of the body that holds the return; empty where the body itself is the return. Default: empty with the dialect standard, return with full (not published), rma with shopify.',
    ),
  returnIdField: FieldName.default('return_reference_number').describe(
    "The field that holds Narvar's own id of the return, where a webhook has it. Default return_reference_number, its name in the label API.",
  ),
  items,
  // No signature of the body is documented anywhere. Should Narvar confirm one: scheme hmac with its header.
  verification: verificationSettings({ scheme: 'basic' }),
  acknowledgeWith: acknowledgeWith(200),
  baseUrl: baseUrl('https://ws.narvar.com'),
  requestNeedsApproval,
});

export const Settings = strict.superRefine((settings, context) => {
  const key = settings.dialect === 'shopify' ? 'shopDomain' : 'retailer';
  if (settings[key] === undefined) {
    context.addIssue({ code: 'custom', path: [key], message: `is needed with the dialect ${settings.dialect}` });
  }
});
export type Settings = z.output<typeof Settings>;

export const Secrets = z.strictObject({
  webhook: WebhookSecrets.describe(
    'What Narvar logs in with, each as username:password; several while one is replaced.',
  ),
  api: SecretValue.optional().describe(
    'Account id and auth token of the API, as username:password; may be left out while only webhooks are read.',
  ),
});
export type Secrets = z.output<typeof Secrets>;
