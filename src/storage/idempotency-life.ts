/** How long a key is reserved. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;
