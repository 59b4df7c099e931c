import type { Read } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import type { Occurrence, ReturnEvent } from '#model/return-event.ts';
import { type Instant, instantFrom } from '#model/time.ts';
import { type State, stateOf } from './codes.ts';
import { detailsOf } from './details.ts';
import type { LoopNotice } from './notices.ts';
import type { Settings } from './settings.ts';
import { settlements } from './settlements.ts';

type ReturnNotice = Extract<LoopNotice, { about: 'return' }>;

const ONCE = { occurrence: { by: 'once' } satisfies Occurrence, occurredAt: null } as const;

/**
 * The whole return, told anew at each change and without a time of the change: what happens once is told in every webhook
 * that shows it, so that any of them may be missing, late or doubled.
 */
export function normalizeReturn(notice: ReturnNotice, settings: Settings): Normalized {
  const { returnId, body, created } = notice;
  const state = stateOf(body.state);
  if (state === null) return unknownState(body.state);
  const details = detailsOf(body, settings);
  if (!details.ok) return { outcome: 'unreadable', problem: details.problem };
  const settled: Read<readonly ReturnEvent[]> = settlements(body, state, settings);
  if (!settled.ok) return { outcome: 'unreadable', problem: settled.problem };

  const createdAt = instantFrom(body.created_at);
  const described: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    ...ONCE,
    change: { details: details.value },
  };
  const requested: ReturnEvent = {
    type: 'return.requested',
    subject: 'total',
    ...ONCE,
    occurredAt: createdAt,
    change: {},
  };
  // Only the first webhook shows the state that the return was created in.
  const standing = stateEvents(state, settings, created ? createdAt : null);
  return {
    outcome: 'events',
    aliases: [{ kind: 'return', value: returnId, unique: true }],
    events: [described, requested, ...standing, ...settled.value],
  };
}

export function unknownState(word: string): Normalized {
  return { outcome: 'unrecognized', because: `state ${JSON.stringify(word)} is not known` };
}

/**
 * Open and in review may follow each other more than once; the three endings come once, because a webhook that was sent
 * before an ending and arrives after it must not undo or repeat it.
 */
export function stateEvents(state: State, settings: Settings, occurredAt: Instant | null): readonly ReturnEvent[] {
  const entered = { occurrence: { by: 'entry', axis: 'state', value: state }, occurredAt } as const;
  switch (state) {
    case 'open':
      // There is no separate approval: what is open may be sent [documented].
      return settings.requestNeedsApproval
        ? []
        : [{ type: 'return.authorized', subject: 'total', ...entered, change: {} }];
    case 'review':
      return [{ type: 'return.review_required', subject: 'total', ...entered, change: {} }];
    case 'closed':
      return [{ type: 'return.completed', subject: 'total', ...ONCE, change: {} }];
    case 'cancelled':
      return [{ type: 'return.cancelled', subject: 'total', ...ONCE, change: {} }];
    case 'expired':
      return [{ type: 'return.expired', subject: 'total', ...ONCE, change: { actor: 'system' } }];
  }
}
