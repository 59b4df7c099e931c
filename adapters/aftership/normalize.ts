import type { Normalized } from '#adapter/webhook.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { aliasesOf } from './aliases.ts';
import { decisionsOf } from './decisions.ts';
import { detailsOf } from './details.ts';
import { dropOffEvents } from './drop-offs.ts';
import type { AftershipNotice, Return, Snapshot } from './notices.ts';
import { parcelEvents } from './parcels.ts';
import type { Settings } from './settings.ts';
import { settlementsOf } from './settlements.ts';
import { warehouseEvents } from './warehouse.ts';

/** A valid signature proves AfterShip, not the account: each part of a return is its organization's. */
export function normalize(notice: AftershipNotice, settings: Settings): Normalized {
  const organizationId = notice.of?.organizationId ?? null;
  if (organizationId !== null && organizationId !== settings.organizationId) {
    const message = 'is not the organizationId of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/data/organization/id', message } };
  }
  switch (notice.about) {
    case 'new':
      return { outcome: 'unrecognized', because: `event ${JSON.stringify(notice.type)} is not known` };
    case 'return':
      return normalizeReturn(notice.told, notice.of, settings);
    case 'shipment':
      return parcelEvents(notice.told, notice.of, notice.voided);
    case 'dropoff':
      return dropOffEvents(notice.told, notice.of);
    case 'warehouse':
      return warehouseEvents(notice.told, notice.of, settings);
    case 'settled':
      return settlementsOf(notice.told, notice.of, settings);
  }
}

function normalizeReturn(told: Return, of: Snapshot, settings: Settings): Normalized {
  const decisions = decisionsOf(told, of);
  if (decisions === null) {
    const word = told.approval_status ?? told.status;
    return { outcome: 'unrecognized', because: `approval_status ${JSON.stringify(word)} is not known` };
  }
  const details = detailsOf(told, settings);
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
