import { z } from '@hono/zod-openapi';
import { INBOUND_STATES } from '../storage/store.ts';

/** The answer of a replay: the plan itself, made before anything is written. */
export const ReplayView = z
  .object({
    inboundId: z.string(),
    dryRun: z.boolean().describe('Whether it was only a preview.'),
    adapter: z.object({
      id: z.string(),
      version: z.int().nullable().describe('The present version; null where the connection is gone.'),
      previousVersion: z.int().nullable().describe('The version that read it last.'),
    }),
    outcome: z
      .enum(['identical', 'changed', 'fixed', 'still_failing', 'bytes_gone'])
      .describe(
        'identical: nothing new. changed: other facts than before. fixed: read where it was not. still_failing: not read this time either. bytes_gone: the bytes were erased.',
      ),
    notices: z.array(
      z.object({
        type: z.string().nullable(),
        before: z.enum(INBOUND_STATES).nullable().describe('null: it was not there before.'),
        after: z.enum(INBOUND_STATES).nullable().describe('null: it is not there any more.'),
        problem: z
          .object({
            code: z.string(),
            path: z.string().nullable().describe('Where in the body, as in GET /v1/inbound/{id}.'),
            message: z.string(),
          })
          .nullable(),
      }),
    ),
    events: z.array(
      z.object({ eventId: z.string(), type: z.string(), effect: z.enum(['unchanged', 'new', 'revised', 'withdrawn']) }),
    ),
    alsoToldBy: z
      .array(z.string())
      .describe(
        'Other kept requests (inb_…), read by an older version of the adapter, that still tell what this one told before and no longer does. Those facts stay until these are replayed, too.',
      ),
    returns: z
      .array(
        z.object({
          returnId: z.string().nullable(),
          differences: z.array(
            z.object({
              path: z
                .string()
                .describe(
                  'Where in the return, as /items/itm_…/quantities/received: an entry of a list is named by its id, and by its position only where it has none.',
                ),
              before: z.unknown(),
              after: z.unknown(),
            }),
          ),
        }),
      )
      .describe('The returns that change, leaf by leaf.'),
    deliveries: z
      .array(
        z.object({
          destination: z.string(),
          eventId: z.string(),
          effect: z
            .enum(['would_send', 'queued_already', 'already_delivered', 'filtered', 'destination_disabled'])
            .describe('queued_already: its message waits since before; the replay sends no other.'),
        }),
      )
      .describe('What the destinations get of it.'),
  })
  .meta({ id: 'Replay', description: 'What interpreting a kept request again changes.' });

export const EXAMPLE_REPLAY = {
  inboundId: 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb',
  dryRun: true,
  adapter: { id: 'happy-returns', version: 2, previousVersion: 1 },
  outcome: 'changed',
  notices: [{ type: 'return.asn', before: 'recorded', after: 'recorded', problem: null }],
  events: [{ eventId: 'evt_6b0v1ra01jd3q7m5ze2x8k4t9w', type: 'shipment.dropped_off', effect: 'revised' }],
  alsoToldBy: [],
  returns: [
    {
      returnId: 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra',
      differences: [{ path: '/method/code', before: 'other', after: 'drop_off_boxless' }],
    },
  ],
  deliveries: [{ destination: 'refunds', eventId: 'evt_6b0v1ra01jd3q7m5ze2x8k4t9w', effect: 'would_send' }],
} satisfies z.input<typeof ReplayView>;
