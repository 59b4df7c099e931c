import type { About } from '#adapter/about.ts';

/** What is told of a fictional provider, and a pattern of how to tell it. */
export const about: About = {
  connect: [
    'In the console of Example Returns, under Webhooks, add the URL `{publicUrl}/webhooks/{account}/{connection}`.',
    'Subscribe to all kinds but `survey.answered`, which is ignored.',
    'Copy the secret that is shown into `secrets.webhook`: it signs every webhook in the header `X-Example-Signature` [documented].',
    "Copy the key of the API into `secrets.api`, and the shop's id into `settings.shop`.",
  ],
  gaps: [
    'Nothing is created or changed over its API yet: operations are not part of the contract.',
    "Notices have no id of their own, so a notice's key is its place in the request.",
  ],
  types: {
    'item.graded': ['item.inspected'],
    'method.chosen': ['label.issued'],
    'parcel.scanned': ['shipment.in_transit', 'shipment.delivered'],
    'refund.paid': ['refund.issued'],
    'return.accepted': ['return.authorized'],
    'return.changed': ['fetch'],
    'return.opened': ['return.requested', 'return.authorized'],
    'survey.answered': ['ignored'],
  },
  statuses: {
    'notices.scan': {
      ARRIVED: ['shipment.delivered'],
      MOVING: ['shipment.in_transit'],
    },
  },
};
