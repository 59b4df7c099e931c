import { z } from '@hono/zod-openapi';
import { EventChange } from './change-view.ts';
import { EXAMPLE_RETURN, ReturnView } from './return-view.ts';

const told = {
  position: z.int().describe('Commit order over everything the gateway recorded; rises, with gaps.'),
  type: z.string().describe('What happened, e.g. shipment.dropped_off.'),
  timestamp: z.string().describe("When it took effect: the provider's time of the fact, else the time of receipt."),
  returnId: z.string().describe('The return it belongs to.'),
  schema: z.literal(1).describe('Form of this object.'),
  eventId: z.string().describe('Id of the fact (evt_…), the same however often it is told.'),
  account: z.string(),
  connection: z.string(),
  provider: z.string(),
  sequence: z
    .int()
    .describe('Place in the history of the return as recorded, from 1, without gaps. Receivers keep the highest.'),
  revision: z.int().describe('1, and one more for every correction.'),
  withdrawn: z.boolean().describe('The fact proved not to be so.'),
  late: z.boolean().describe('Recorded after something that happened later.'),
  occurredAt: z.string().nullable().describe('The time the provider gave for the fact; null where it gave none.'),
  timeSource: z.enum(['provider', 'received']).describe('Which of the two times counts.'),
  receivedAt: z.string().describe('When it first reached the gateway.'),
  change: EventChange,
  replayOf: z.string().nullable().describe('The webhook-id that this one corrects.'),
};

const Provenance = z.unknown().meta({
  type: 'object',
  description:
    'Where the fact came from: inboundIds, trust, secretIndex, adapter { id, version }, configRevision. Of a withdrawal: the request that, read again, no longer tells it. Of a merge, which nobody told, inboundIds alone, and empty.',
});

export const EventOfReturn = z
  .object({ ...told, provenance: Provenance })
  .meta({ id: 'EventOfReturn', description: 'One recorded event of a return, without the return itself.' });

const { shopper: _, ...bare } = ReturnView.shape;
const BareReturn = z.object(bare).meta({
  id: 'ReturnInEvent',
  description: 'The return as now known, never a picture of the past; without personal data.',
});

/** What a destination gets. */
export const ReturnInMessage = z
  .object({
    ...bare,
    shopper: ReturnView.shape.shopper
      .optional()
      .describe(
        'Personal data, in full. Only in messages to a destination with personalData: true; null where nothing is known of the shopper, or no longer.',
      ),
  })
  .meta({
    id: 'ReturnInMessage',
    description:
      'The return as now known, never a picture of the past; with personal data only where the destination asked for it.',
  });

export const EventEntry = z
  .object({
    ...told,
    return: BareReturn,
  })
  .meta({ id: 'Event', description: 'One recorded event with the return as now known.' });

const EXAMPLE_TOLD = {
  position: 4211,
  type: 'shipment.dropped_off',
  timestamp: '2026-11-20T10:00:00.000Z',
  returnId: EXAMPLE_RETURN.id,
  schema: 1,
  eventId: 'evt_6b0v1ra01jd3q7m5ze2x8k4t9w',
  account: 'acme-outdoor',
  connection: 'happy-returns',
  provider: 'happy-returns',
  sequence: 3,
  revision: 1,
  withdrawn: false,
  late: false,
  occurredAt: '2026-11-20T10:00:00.000Z',
  timeSource: 'provider',
  receivedAt: '2026-11-20T10:00:01.900Z',
  change: { shipment: { ref: 'HREXPRESS1', phase: 'handed_over' }, items: [{ ref: '12345-0-2', quantity: 1 }] },
  replayOf: null,
} as const;

const { shopper: __, ...EXAMPLE_BARE } = EXAMPLE_RETURN;

export const EXAMPLE_EVENT = { ...EXAMPLE_TOLD, return: EXAMPLE_BARE } satisfies z.input<typeof EventEntry>;

export const EXAMPLE_EVENT_OF_RETURN = {
  ...EXAMPLE_TOLD,
  provenance: {
    inboundIds: ['inb_01jd3q7m5ze2x8k4t9w6b0v1rb'],
    trust: 'signed',
    secretIndex: 0,
    adapter: { id: 'happy-returns', version: 1 },
    configRevision: 'rev_01jd3q7m5ze2x8k4t9w6b0v1rc',
  },
} satisfies z.input<typeof EventOfReturn>;
