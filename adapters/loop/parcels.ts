import { matchSchema, type Read } from '#adapter/read-json.ts';
import { instantFrom } from '#model/time.ts';
import { said } from './codes.ts';
import { LabelBody, type Parcel, ReturnLabel } from './notices.ts';

/** The labels that a body tells of, in one shape. */

export type ParcelRead = Read<Parcel>;

/** The one label of the topic label. */
export function ownParcel(body: unknown): ParcelRead {
  const read = matchSchema(body, LabelBody);
  if (!read.ok) return read;
  const { carrier, tracking_number, shipment_id, label_status, label_updated_at } = read.value;
  const value: Parcel = {
    carrier: said(carrier),
    trackingNumber: said(tracking_number),
    shipmentId: said(shipment_id),
    url: null,
    status: said(label_status),
    updatedAt: instantFrom(label_updated_at),
  };
  return { ok: true, value };
}

/**
 * `labels[]` of a return, or, where that is missing or empty, the one label that older editions tell at the top of it. With
 * both, the one at the top would tell the same parcel again, perhaps without its time.
 */
export function parcelsIn(body: unknown): readonly ParcelRead[] {
  const { labels } = body as { readonly labels?: unknown };
  if (Array.isArray(labels) && labels.length > 0) return labels.length > MOST_LABELS ? [] : labels.map(listed);
  const own = ownParcel(body);
  return own.ok && own.value.trackingNumber === null && own.value.status === null ? [] : [own];
}

/** More than the schema of the return takes: that one says so. */
const MOST_LABELS = 100;

function listed(label: unknown): ParcelRead {
  const read = matchSchema(label, ReturnLabel);
  if (!read.ok) return { ok: false, problem: { ...read.problem, path: `/labels/*${read.problem.path ?? ''}` } };
  const { carrier, tracking_number, url, status, updated_at } = read.value;
  const value: Parcel = {
    carrier: said(carrier),
    trackingNumber: said(tracking_number),
    shipmentId: null,
    url: said(url),
    status: said(status),
    updatedAt: instantFrom(updated_at),
  };
  return { ok: true, value };
}
