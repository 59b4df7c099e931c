import { z } from '@hono/zod-openapi';
import { CHANGES, Details, type InputType } from '../model/return-event.ts';

/** What `change` holds, by the type of its event: the canonical schemas themselves, in words for the reference. */

/** One name for all types that share a form, by the first of them. */
const NAMES: Partial<Record<InputType, string>> = {
  'return.requested': 'ChangeOfReturn',
  'return.rejected': 'ChangeOfRejection',
  'label.issued': 'ChangeOfLabel',
  'shipment.dropped_off': 'ChangeOfDropOff',
  'shipment.in_transit': 'ChangeOfShipment',
  'item.received': 'ChangeOfItems',
  'settlement.approved': 'ChangeOfSettlement',
  'dispute.opened': 'ChangeOfDispute',
};

// Free-form JSON refers to itself, which the generator of the document cannot write down.
const DetailsView = Details.extend({
  providerData: z.record(z.string(), z.unknown()).optional().describe('What only this provider has, by its own names.'),
}).meta({
  id: 'ReturnDetails',
  description:
    'What is said of the return itself. A field that is absent was not said; lists add to what is known, by number or ref. shopper is taken from a sender and never stands in an event: a destination with personalData: true gets it as data.return.shopper.',
});

function changeViews(): readonly z.ZodObject[] {
  const typesOf = new Map<z.ZodObject, InputType[]>();
  for (const type of Object.keys(CHANGES) as InputType[]) {
    // A snapshot is an input of adapters only.
    if (type === 'return.snapshot') continue;
    typesOf.set(CHANGES[type], [...(typesOf.get(CHANGES[type]) ?? []), type]);
  }
  return [...typesOf].map(([schema, types]) => {
    const view = 'details' in schema.shape ? schema.extend({ details: DetailsView.optional() }) : schema.extend({});
    const id = NAMES[types[0]!] ?? `ChangeOf_${types[0]!.replace('.', '_')}`;
    return view.meta({ id, description: `change of ${types.join(', ')}.` });
  });
}

const MergedView = z
  .object({
    into: z.string().optional().describe('The return that goes on.'),
    from: z.string().optional().describe('The return that proved to be this one.'),
  })
  .meta({ id: 'ChangeOfMerge', description: 'change of return.merged: one of the two.' });

/** Only described, never checked: what was recorded passed the canonical schema of its type. */
export const EventChange: z.ZodType<unknown, unknown> = z.union([...changeViews(), MergedView]).meta({
  id: 'EventChange',
  description:
    'What the event says, in the form of its type. In a correction with withdrawn: true it is what was said before.',
});
