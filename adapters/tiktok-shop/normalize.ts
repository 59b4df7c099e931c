import { matchSchema } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import { CANCEL_STATUSES } from './codes.ts';
import { normalizeRefund, normalizeRequest, normalizeRma } from './normalize-batch.ts';
import { normalizeReturn } from './normalize-return.ts';
import { Cancellation, type TikTokNotice } from './notices.ts';
import { unreadable, unrecognized } from './outcomes.ts';
import type { Settings } from './settings.ts';

/** A signature proves the app, and one app may serve many shops: so the shop must be this connection's. */
export function normalize({ type, topic, shopId, data }: TikTokNotice, settings: Settings): Normalized {
  if (shopId !== null && shopId !== settings.shopId) {
    return unreadableShop('TENANT_MISMATCH', 'is not the shopId of this connection');
  }
  if (topic === null) return unrecognized('type', type);
  if (topic.ignored !== undefined) return { outcome: 'ignored', because: topic.ignored };
  return shopId === null ? unreadableShop('SCHEMA_MISMATCH', 'is missing') : READERS[type]!(data);
}

const READERS: Readonly<Record<string, (data: unknown) => Normalized>> = {
  RETURN_STATUS_CHANGE: normalizeReturn,
  CANCELLATION_STATUS_CHANGE: normalizeCancellation,
  AFTERSALES_REQUEST_STATUS_UPDATE: normalizeRequest,
  RMA_STATUS_UPDATE: normalizeRma,
  REFUND_SUCCESS: normalizeRefund,
};

function unreadableShop(code: 'TENANT_MISMATCH' | 'SCHEMA_MISMATCH', message: string): Normalized {
  return { outcome: 'unreadable', problem: { code, path: '/shop_id', message } };
}

/** Before dispatch there is nothing to send back; the money of a cancelled order is no refund of a return. */
function normalizeCancellation(data: unknown): Normalized {
  const read = matchSchema(data, Cancellation);
  if (!read.ok) return unreadable(read.problem);
  const { cancel_status: status } = read.value;
  if (!CANCEL_STATUSES.includes(status)) return unrecognized('cancel_status', status);
  return { outcome: 'ignored', because: 'an order that is cancelled before dispatch is no return' };
}
