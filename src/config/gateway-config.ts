import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** `retour.yaml`: the gateway's own settings. */

/** An address range such as `127.0.0.0/8` or `::1/128`. */
function isNetwork(text: string): boolean {
  try {
    ipaddr.parseCIDR(text);
    return /^[0-9a-fA-F.:]+\/\d{1,3}$/.test(text);
  } catch {
    return false;
  }
}

function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    // A URL parser drops line ends silently; what is checked must be what is written into answers.
    !/[\s\p{Cc}]/u.test(text) &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    `${url.username}${url.password}${url.search}${url.hash}` === '' &&
    !text.endsWith('/')
  );
}

const MEBIBYTE = 1_048_576;

const Intake = z
  .strictObject({
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(64 * MEBIBYTE)
      .default(MEBIBYTE)
      .describe('Largest webhook body, in bytes; a larger one is answered 413. Default 1048576 (1 MiB).'),
    maxQueuedBytes: z
      .int()
      .min(MEBIBYTE)
      .max(4096 * MEBIBYTE)
      .default(64 * MEBIBYTE)
      .describe(
        'Bytes of webhooks that may wait in memory for their commit; beyond it intake answers 503, and first to bodies that are still arriving, the oldest first. Unfinished bodies of one connection take at most a quarter. Default 67108864 (64 MiB).',
      ),
    hintsPerMinute: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(600)
      .describe(
        'Unproven webhooks kept per connection and minute; one of more than 16 KiB counts once for each 16 KiB. Default 600.',
      ),
  })
  .describe('What is taken in.');

const Delivery = z
  .strictObject({
    timeoutMs: z
      .int()
      .min(1000)
      .max(15_000)
      .default(15_000)
      .describe(
        'One deadline over a whole exchange with a destination that names none of its own, in milliseconds, 1000 to 15000. Default 15000.',
      ),
    allowNetworks: z
      .array(z.string().refine(isNetwork, 'no address range; write it as 127.0.0.0/8 or ::1/128'))
      .max(100)
      .default([])
      .describe(
        'Address ranges (CIDR) that are not public and may be delivered to all the same, also over plain http. Default none.',
      ),
  })
  .describe('How destinations are reached.');

/** Rows that were not understood keep their bytes this many times as long: a mended adapter may still read them. */
export const UNREAD_KEPT_LONGER = 4;

export const Retention = z
  .strictObject({
    bodiesDays: z
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe(
        `Days for which the bytes of a webhook are kept, from its receipt; the row, its digest and its outcome stay. ${UNREAD_KEPT_LONGER} times as long where it was not understood and its sender is proven; without end where it was not read yet. Default 90.`,
      ),
    attemptsDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe(
        'Days for which attempts and outgoing messages are kept; those of a delivery that is still to be sent stay. Default 30.',
      ),
    dedupeDays: z
      .int()
      .min(1)
      .max(3650)
      .default(400)
      .describe(
        "Days for which a provider's id of a webhook is remembered, so that a redelivery is known. Default 400.",
      ),
    shopperDays: z
      .int()
      .min(1)
      .max(3650)
      .default(400)
      .describe(
        'Days for which the shopper of a return is kept after its last change. The kept bytes hold the same data: see bodiesDays. Default 400.',
      ),
  })
  .describe('How long things are kept.');

export const GatewayConfig = z.strictObject({
  publicUrl: z
    .string()
    .max(2000)
    .refine(isPublicUrl, 'no base URL; write it as https://returns.example.com, without a slash at the end')
    .default('http://127.0.0.1:8080')
    .describe(
      'Where providers and people reach the gateway, without a slash at the end. Default http://127.0.0.1:8080.',
    ),
  config: z
    .strictObject({
      apply: z
        .literal('on_start')
        .default('on_start')
        .describe(
          'When changed files act. on_start: they become a new revision when the gateway starts. Default on_start.',
        ),
    })
    .prefault({})
    .describe('How this configuration is applied.'),
  intake: Intake.prefault({}),
  delivery: Delivery.prefault({}),
  retention: Retention.prefault({}),
});
export type GatewayConfig = z.output<typeof GatewayConfig>;

/** Keys and values that the design knows and that do not act yet: refused with this sentence instead of ignored. Opening one up is deleting its line. */
export const GATEWAY_NOT_YET: Readonly<Record<string, string>> = {
  'config.apply=reviewed': 'changed files always act at start',
};
