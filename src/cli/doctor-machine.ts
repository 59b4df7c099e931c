import { type Check, fail, ok } from './doctor-check.ts';

/** What the program itself runs on. */

const NODE = 24;

export function checkMachine(): readonly Check[] {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= NODE) return [ok('node', node)];
  return [fail('node', `${node} is too old`, `install Node ${NODE}, or start it with npm, which brings its own`)];
}

/** Before this, nothing of the gateway existed: a clock that says so is wrong. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** Clocks that are set from the network jump by less. */
const JUMP_MS = 60_000;

/** Signatures with a time, due times and every id hang on the clock. */
export function checkClock(nowMs: number, newestReceivedAtMs: number | null): readonly Check[] {
  const remedy = 'set the clock, and let it be set from the network (NTP)';
  const now = new Date(nowMs).toISOString();
  if (nowMs < EARLIEST_MS) return [fail('clock', `it says ${now}, which is long past`, remedy)];
  if (newestReceivedAtMs !== null && newestReceivedAtMs > nowMs + JUMP_MS) {
    const newest = new Date(newestReceivedAtMs).toISOString();
    return [fail('clock', `it says ${now}, and the store has a request received at ${newest}`, remedy)];
  }
  return [ok('clock', now)];
}
