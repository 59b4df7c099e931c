import type { About } from '#adapter/about.ts';

export const about: About = {
  connect: [
    'Have Happy Returns send its webhooks to `{publicUrl}/webhooks/{account}/{connection}`. The page that says where this is set up could not be read [not found].',
    'Subscriptions: `return.asn`, `return.label.update` and `outbound_shipment.asn` [documented]; of the last its first version, V2 is not read.',
    'Ask which secret, algorithm and bytes make the header `X-Hr-Signature` [documented]. Put the secret into `secrets.webhook`; what differs from the inferred default goes into `settings.verification`.',
    'Put the retailer id that Happy Returns fixed into `settings.retailerId`: it is `retailerID` in every webhook.',
    'Ask for the literals of all statuses: only started is published, and `settings.statuses` takes the others.',
  ],
  gaps: [
    'Approval is per order. A second approval of the same order, say for an item dropped off later, tells the same fact. Which items came back stands in `shipment.dropped_off`.',
    'Approval and outbound intent are two events. They name the return by different ids, so a receiver may hear `settlement.approved` twice for one settlement. If the approval is received after the outbound webhook, its word `refund` stands.',
    '`startedDate` and `approvedDate` of outbound items are not read, for the same reason. Nor are `location`, `locationMetro`, `categoryID`, `country`, `happyReturnsItemID`, `productVariantID`.',
    'A `refundType` that is not in `codes.ts` says nothing; its values are not published.',
    'The fields said in prose to carry drop-off method, carrier, tracking number and label link of a mail return are not read: their names were not found.',
    'Outbound V2, delivery of the consolidated shipment, and a paid refund have no readable webhook.',
    'No API yet: creating, expiring and approving returns come with the operations.',
  ],
  types: {
    'outbound_shipment.asn': ['description', 'shipment.in_transit', 'item.inspected', 'settlement.approved'],
    return_dropoff_method_created: ['description', 'label.issued'],
    return_label_update: ['description'],
    return_status_updated: [
      'description',
      'return.requested',
      'return.authorized',
      'shipment.dropped_off',
      'settlement.approved',
      'return.expired',
    ],
  },
  statuses: {
    typeID: {
      approved: ['description', 'settlement.approved'],
      completed: ['description', 'settlement.approved'],
      'dropped-off': ['description', 'shipment.dropped_off'],
      dropped_off: ['description', 'shipment.dropped_off'],
      expired: ['description', 'return.expired'],
      received: ['description', 'shipment.dropped_off'],
      started: ['description', 'return.requested', 'return.authorized'],
    },
    'otherEvents.typeID': {
      dropped_off: ['description', 'shipment.dropped_off'],
    },
  },
};
