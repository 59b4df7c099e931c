/** The stored states of a delivery; `delivering` is its line's lease, `held` its destination's state. */
export const PENDING = 0;
export const DELIVERED = 1;
export const EXHAUSTED = 2;
export const CANCELLED = 3;
