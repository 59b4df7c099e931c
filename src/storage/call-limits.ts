/** How calls to providers are counted, the same in both drivers. */

/** The calls of one connection in the span that began last, of this length; of length 0: all are held back until `began_at_ms`. */
export interface CallSpan {
  readonly span_ms: number;
  readonly began_at_ms: number;
  readonly calls: number;
}

/** What one more call changes, or when it may be tried again. */
export type Judged =
  | { readonly granted: true; readonly spans: readonly CallSpan[] }
  | { readonly granted: false; readonly retryAtMs: number };

export function judgeCall(
  known: readonly CallSpan[],
  limits: readonly { readonly calls: number; readonly perSeconds: number }[],
  nowMs: number,
): Judged {
  const heldUntilMs = known.find(span => span.span_ms === 0)?.began_at_ms ?? nowMs;
  const spans: CallSpan[] = [];
  let retryAtMs = heldUntilMs;
  for (const { calls: most, perSeconds } of limits) {
    const span_ms = perSeconds * 1000;
    const began_at_ms = Math.floor(nowMs / span_ms) * span_ms;
    const counted = known.find(span => span.span_ms === span_ms && span.began_at_ms === began_at_ms)?.calls ?? 0;
    if (counted >= most) retryAtMs = Math.max(retryAtMs, began_at_ms + span_ms);
    spans.push({ span_ms, began_at_ms, calls: counted + 1 });
  }
  return retryAtMs > nowMs ? { granted: false, retryAtMs } : { granted: true, spans };
}
