/** Settings that have the same name and meaning in every connection. An adapter spreads them into its strict settings object. */
import { z } from 'zod';

/** The status a kept webhook is answered with: 202, unless the provider takes only 200 for success. */
export function acknowledgeWith(byDefault: 200 | 202 = 202) {
  return z
    .union([z.literal(200), z.literal(202)])
    .default(byDefault)
    .describe(`HTTP status that answers a kept webhook: 200 or 202. Default ${byDefault}.`);
}

const BaseUrl = z
  .url({ protocol: /^https?$/ })
  .refine(isSafeBase, 'needs https (http only for this machine), and no user, query or fragment')
  .overwrite(text => text.replace(/\/+$/, ''));

/**
 * Where the provider's API is. Paths are appended to it as text, so a slash at its end is dropped. Without `byDefault` it may be
 * left out: then the provider publishes no one address.
 */
export function baseUrl(): z.ZodOptional<typeof BaseUrl>;
export function baseUrl(byDefault: string): z.ZodDefault<typeof BaseUrl>;
export function baseUrl(byDefault?: string): z.ZodOptional<typeof BaseUrl> | z.ZodDefault<typeof BaseUrl> {
  const what = "Base URL of the provider's API, without a slash at its end.";
  if (byDefault === undefined) return BaseUrl.optional().describe(`${what} No default.`);
  return BaseUrl.default(BaseUrl.parse(byDefault)).describe(`${what} Default ${byDefault}.`);
}

/** A password sent over plain http can be read by anybody on the way; the machine itself is not on the way. */
function isSafeBase(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

export const requestNeedsApproval = z
  .boolean()
  .default(false)
  .describe(
    'Whether a return that was only asked for still waits for a yes. true: it counts as requested; false: as requested and authorized. Default false.',
  );
