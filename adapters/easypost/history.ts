import type { Read } from '#adapter/read-json.ts';
import type { ParcelException, ParcelPhase } from '#model/codes.ts';
import { type Instant, instantFrom } from '#model/time.ts';
import { EXCEPTION_OF, PHASE_OF_DETAIL, STANDING_OF } from './codes.ts';
import type { Tracker } from './notices.ts';

/** From here on the parcel stood otherwise than before. */
export interface Step {
  readonly type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception';
  /** EasyPost's words for it: the status, and the detail where something is wrong. */
  readonly words: string;
  readonly at: Instant | null;
  readonly phase: ParcelPhase | null;
  readonly exception: ParcelException;
}

export interface History {
  /** In order of time. */
  readonly steps: readonly Step[];
  /** The first scan of a parcel that moves. */
  readonly handedOver: { readonly at: Instant | null } | null;
  readonly voided: { readonly at: Instant | null } | null;
  /** Statuses of scans that nobody mapped. */
  readonly newStatuses: readonly string[];
}

/** A scan that has its place in time, or the tracker's own status. */
interface Told {
  readonly status: string;
  readonly detail: string;
  readonly at: Instant | null;
}

/**
 * The whole history, which every tracker repeats: so it does not matter which of its events arrived, and in what order.
 * Scans in the order of their times; then the tracker's own status, where the last scan does not say the same.
 */
export function historyOf(tracker: Tracker): Read<History> {
  const told = toldBy(tracker);
  if (!told.ok) return told;
  const steps: Step[] = [];
  const newStatuses = new Set<string>();
  let handedOver: History['handedOver'] = null;
  let voided: History['voided'] = null;
  let goesBack = false;
  for (const one of told.value) {
    if (!Object.hasOwn(STANDING_OF, one.status)) {
      newStatuses.add(one.status);
      continue;
    }
    const standing = STANDING_OF[one.status]!;
    if (standing?.type === 'label.voided') voided ??= { at: one.at };
    if (standing?.moves && !goesBack) handedOver ??= { at: one.at };
    goesBack ||= one.status === 'return_to_sender';
    const step = stepOf(one, goesBack);
    if (step !== null && step.words !== steps.at(-1)?.words) steps.push(step);
  }
  return { ok: true, value: { steps, handedOver, voided, newStatuses: [...newStatuses] } };
}

/**
 * `null`: it tells nothing of where the parcel is. Once a parcel goes back, what moves and is delivered goes to the
 * sender, who on a return is the shopper; told as a delivery it would look as if the merchant had it [inferred].
 */
function stepOf({ status, detail, at }: Told, goesBack: boolean): Step | null {
  const exception = Object.hasOwn(EXCEPTION_OF, detail) ? EXCEPTION_OF[detail]! : 'none';
  const standing = STANDING_OF[status] ?? null;
  if (standing?.type === 'label.voided') return null;
  const words = exception === 'none' ? status : `${status}/${detail}`;
  if (standing?.type === 'shipment.delivered' && !goesBack) {
    return { type: standing.type, words, at, phase: standing.phase, exception };
  }
  const plain = exception === 'none' && (standing === null || standing.moves);
  if (plain && (standing === null || goesBack)) return null;
  const where = goesBack && standing?.moves ? 'going_back' : (standing?.phase ?? null);
  return {
    type: plain ? 'shipment.in_transit' : 'shipment.exception',
    words,
    at,
    phase: Object.hasOwn(PHASE_OF_DETAIL, detail) ? PHASE_OF_DETAIL[detail]! : where,
    exception: plain || exception !== 'none' ? exception : 'other',
  };
}

function toldBy(tracker: Tracker): Read<readonly Told[]> {
  const scans: Told[] = [];
  for (const { status, status_detail, datetime } of tracker.tracking_details ?? []) {
    // A scan without a time has no place among the others; if it is the last, the tracker's own status says the same.
    if (!status || !datetime) continue;
    const at = instantFrom(datetime);
    if (at === null) return unreadable('/result/tracking_details/*/datetime');
    scans.push({ status, detail: status_detail ?? '', at });
  }
  scans.sort((one, other) => (one.at! < other.at! ? -1 : one.at! > other.at! ? 1 : 0));

  const at = instantFrom(tracker.updated_at);
  if (tracker.updated_at && at === null) return unreadable('/result/updated_at');
  const last = scans.at(-1);
  const { status, status_detail: detail } = tracker;
  const isSaid = last?.status === status && (!detail || detail === last.detail);
  return { ok: true, value: isSaid ? scans : [...scans, { status, detail: detail ?? '', at }] };
}

function unreadable(path: string): Read<never> {
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message: 'is not a time with its zone' } };
}
