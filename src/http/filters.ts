import { z } from '@hono/zod-openapi';
import { Slug } from '../model/ids.ts';

/** Parameters that several endpoints share. */

export const AccountFilter = Slug.optional().meta({ description: 'Only this account.', example: 'acme-outdoor' });
export const ConnectionFilter = Slug.optional().meta({
  description: 'Only this connection.',
  example: 'happy-returns',
});
export const DestinationFilter = Slug.optional().meta({ description: 'Only this destination.', example: 'refunds' });

/** An instant with its zone. `what` ends the sentence "Only what was … after this instant". */
export function after(what: string) {
  return z.iso
    .datetime({ offset: true, error: 'must be a time with its zone such as 2026-11-20T10:00:00Z' })
    .optional()
    .meta({
      description: `Only what was ${what} after this instant (exclusive); ISO 8601 with its zone.`,
      example: '2026-11-20T10:00:00Z',
    });
}

export function millisecondsOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

export function idParameter(prefix: string, of: string) {
  return z.strictObject({
    id: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: `Id of the ${of} (${prefix}_…).`, example: `${prefix}_01jd3q7m5ze2x8k4t9w6b0v1ra` }),
  });
}
