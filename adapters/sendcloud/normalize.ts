import { matchSchema } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import { IGNORED } from './codes.ts';
import { normalizeEvent } from './normalize-event.ts';
import { normalizeParcel } from './normalize-parcel.ts';
import { normalizeReturn } from './normalize-return.ts';
import {
  IntegrationChanged,
  ParcelEventCreated,
  ParcelStatusChanged,
  ReturnCreated,
  type SendcloudNotice,
} from './notices.ts';
import type { Settings } from './settings.ts';

export function normalize({ type, body }: SendcloudNotice, settings: Settings): Normalized {
  switch (type) {
    case 'return_created': {
      const read = matchSchema(body, ReturnCreated);
      return read.ok ? normalizeReturn(read.value, settings) : { outcome: 'unreadable', problem: read.problem };
    }
    case 'parcel_status_changed': {
      const read = matchSchema(body, ParcelStatusChanged);
      return read.ok ? normalizeParcel(read.value, settings) : { outcome: 'unreadable', problem: read.problem };
    }
    case 'parcels.event.created': {
      const read = matchSchema(body, ParcelEventCreated);
      return read.ok ? normalizeEvent(read.value) : { outcome: 'unreadable', problem: read.problem };
    }
  }
  if (Object.hasOwn(IGNORED, type)) return ignored(type, body, settings);
  return { outcome: 'unrecognized', because: `webhook ${JSON.stringify(type)} is not known` };
}

/** Webhooks about an integration are the only ones that name it. */
function ignored(type: string, body: unknown, { integrationId }: Settings): Normalized {
  const named = IntegrationChanged.safeParse(body).data?.integration?.id;
  if (integrationId !== undefined && named && named !== integrationId) {
    const message = 'is not the integrationId of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/integration/id', message } };
  }
  return { outcome: 'ignored', because: IGNORED[type]! };
}
