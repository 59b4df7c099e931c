import { DELIVERED, PENDING } from '../delivery-state.ts';
import type { Erasure } from '../store.ts';
import type { Flag } from './return.ts';

/** Deliveries of some returns, by destination, stored state, and whether their line is leased for them. */
export interface DeliveryCount {
  readonly destination: string;
  readonly state: number;
  readonly leased: Flag;
  readonly deliveries: number;
}

export function byDestination(counts: readonly DeliveryCount[]): Erasure['deliveries'] {
  const names = [...new Set(counts.map(({ destination }) => destination))].sort();
  return names.map(destination => {
    const count = (which: (each: DeliveryCount) => boolean) =>
      counts
        .filter(each => each.destination === destination && which(each))
        .reduce((sum, each) => sum + each.deliveries, 0);
    return {
      destination,
      pending: count(({ state, leased }) => state === PENDING && !leased),
      delivering: count(({ state, leased }) => state === PENDING && !!leased),
      delivered: count(({ state }) => state === DELIVERED),
    };
  });
}
