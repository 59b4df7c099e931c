import type { Normalized } from '#adapter/webhook.ts';
import type { Alias } from '#model/aliases.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { isTopic } from './codes.ts';
import { RMA } from './fetching.ts';
import { eventsOfRma } from './normalize-rma.ts';
import { eventsOfExchange, eventsOfTransaction } from './normalize-settlement.ts';
import { eventsOfShipment, trackingOf } from './normalize-shipment.ts';
import type { ReturnGoNotice } from './notices.ts';
import type { Settings } from './settings.ts';

/** What one part of an RMA tells; or why it tells nothing. */
export type PartRead = readonly ReturnEvent[] | Exclude<Normalized, { outcome: 'events' | 'fetch' }>;

/** A webhook only points to its RMA; the answer tells all of it, as facts that any number of answers tell again. */
export function normalize(notice: ReturnGoNotice, settings: Settings): Normalized {
  const { rmaId } = notice;
  switch (notice.about) {
    case 'webhook':
      if (isTopic(notice.type)) return { outcome: 'fetch', refs: [{ kind: RMA, id: rmaId }] };
      return { outcome: 'unrecognized', because: `eventName ${JSON.stringify(notice.type)} is not known` };
    case 'rma':
      return told(rmaId, eventsOfRma(rmaId, notice.told, settings));
    case 'shipment':
      return told(rmaId, eventsOfShipment(notice.told), trackingOf(notice.told));
    case 'exchange':
      return told(rmaId, eventsOfExchange(notice.told, settings));
    case 'transaction':
      return told(rmaId, eventsOfTransaction(notice.told, settings));
  }
}

/** An RMA's id is unique in all of ReturnGO [API page], so it identifies; a tracking number only attaches. */
function told(rmaId: string, read: PartRead, tracking: string | null = null): Normalized {
  if ('outcome' in read) return read;
  const aliases: Alias[] = [{ kind: 'return', value: rmaId, unique: true }];
  if (tracking !== null) aliases.push({ kind: 'tracking', value: tracking, unique: false });
  return { outcome: 'events', aliases, events: read };
}
