import type { NewEvent, ReturnWrite } from './store.ts';

/**
 * Whether the events of a write, those it absorbs included, continue a return's line after `last`; the same rule in
 * every driver. Sequences are given by the caller, and a gap would stop every subscriber that counts.
 */
export function continues(write: ReturnWrite, last: number): boolean {
  const given: number[] = write.events.map((event: NewEvent) => event.sequence);
  for (const { firstSequence, farewell } of write.absorbs) {
    for (let moved = 0; moved < farewell.sequence - 1; moved += 1) given.push(firstSequence + moved);
  }
  given.sort((a, b) => a - b);
  return given.every((sequence, index) => sequence === last + 1 + index) && write.sequence === last + given.length;
}
