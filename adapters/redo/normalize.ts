import type { Normalized } from '#adapter/webhook.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { aliasesOf } from './aliases.ts';
import { RETURN_TYPES } from './codes.ts';
import { decisionsOf } from './decisions.ts';
import { detailsOf } from './details.ts';
import { gradedEvents } from './graded.ts';
import type { RedoNotice } from './notices.ts';
import { dropOffEvents, parcelEvents } from './parcels.ts';
import type { Settings } from './settings.ts';
import { settlementsOf } from './settlements.ts';

/** A token proves that Redo sends, not for whom: each part of a return is its merchant's. */
export function normalize(notice: RedoNotice, settings: Settings): Normalized {
  const { merchantName, silent } = notice.of;
  if (merchantName !== null && merchantName.trim() !== settings.merchantName) {
    const message = 'is not the merchantName of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/merchantName', message } };
  }
  const normalized = eventsIn(notice, settings);
  return normalized.outcome === 'events' && silent ? { ...normalized, silent } : normalized;
}

function eventsIn(notice: RedoNotice, settings: Settings): Normalized {
  switch (notice.about) {
    case 'event':
      return { outcome: 'unrecognized', because: `event type ${JSON.stringify(notice.told)} is not known` };
    case 'kind':
      return RETURN_TYPES.some(known => known === notice.told)
        ? { outcome: 'ignored', because: `a ${notice.told} is no return (settings.returnTypes)` }
        : { outcome: 'unrecognized', because: `return type ${JSON.stringify(notice.told)} is not known` };
    case 'return':
      return normalizeReturn(notice, settings);
    case 'shipment':
      return parcelEvents(notice.told, notice.place, notice.of);
    case 'dropoff':
      return dropOffEvents(notice.told, notice.of, settings);
    case 'graded':
      return gradedEvents(notice.told, notice.of, settings);
    case 'settled':
      return settlementsOf(notice.told, notice.of);
  }
}

function normalizeReturn(notice: Extract<RedoNotice, { about: 'return' }>, settings: Settings): Normalized {
  const { told, order, of } = notice;
  const decisions = decisionsOf(told, of);
  if (decisions === null) {
    return { outcome: 'unrecognized', because: `status ${JSON.stringify(of.status)} is not known` };
  }
  const details = detailsOf(told, order, settings);
  if (!details.ok) return { outcome: 'unreadable', problem: details.problem };
  // It is the newest picture of the return that counts, whenever it is received: hence the time it was taken.
  const description: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: of.seenAt,
    change: { details: details.value },
  };
  return { outcome: 'events', aliases: aliasesOf(of), events: [description, ...decisions] };
}
