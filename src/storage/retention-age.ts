import type { InboundState, RetentionCutoffs } from './store.ts';

/**
 * Before which receipt the bytes of a row go; the same rule in every driver. A row that was not understood keeps them
 * longer, because a mended adapter reads them again; but where nothing proves the sender anybody could make us keep
 * bytes, so that has no claim to it. `null`: never. What was acknowledged and not yet read is not given up by age.
 */
export function bytesCutoffMs(
  { state, trust }: { readonly state: string; readonly trust: string },
  { bodiesMs, unreadBodiesMs }: RetentionCutoffs,
): number | null {
  if (state === ('received' satisfies InboundState)) return null;
  const understood = state === ('recorded' satisfies InboundState) || state === ('ignored' satisfies InboundState);
  return understood || trust === 'hint' ? bodiesMs : unreadBodiesMs;
}
