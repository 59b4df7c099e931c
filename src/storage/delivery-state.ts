/** The stored states of a delivery; `delivering` is its line's lease, `held` its destination's state. */
export const PENDING = 0;
export const DELIVERED = 1;
export const EXHAUSTED = 2;
export const CANCELLED = 3;

/** How a delivery stands in its line: in its place; past its head for one try; past it until it ends. */
export const IN_ORDER = 0;
export const PASSES_ONCE = 1;
export const PASSES = 2;
