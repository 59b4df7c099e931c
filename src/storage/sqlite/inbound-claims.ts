import { createLeases, type Leases } from './leases.ts';

/**
 * Claims on inbound rows, and which aliases returns gained meanwhile: a row that is about to wait for an alias must not
 * miss the one that arrived between its claim and its recording.
 */
export interface InboundClaims extends Pick<Leases<number>, 'isFree' | 'isOwner' | 'held'> {
  take(ref: number, owner: string, untilMs: number): void;
  release(ref: number): void;
  gained(alias: string): void;
  gainedSinceClaim(ref: number, alias: string): boolean;
}

export function createInboundClaims(): InboundClaims {
  const leases = createLeases<number>();
  const takenAt = new Map<number, number>();
  const gainedAt = new Map<string, number>();
  let tick = 0;

  return {
    isFree: leases.isFree,
    isOwner: leases.isOwner,
    held: leases.held,
    take(ref, owner, untilMs) {
      leases.take(ref, owner, untilMs);
      takenAt.set(ref, ++tick);
    },
    release(ref) {
      leases.release(ref);
      takenAt.delete(ref);
      if (takenAt.size === 0) gainedAt.clear();
    },
    gained(alias) {
      if (takenAt.size > 0) gainedAt.set(alias, ++tick);
    },
    gainedSinceClaim: (ref, alias) => (gainedAt.get(alias) ?? 0) > (takenAt.get(ref) ?? Number.POSITIVE_INFINITY),
  };
}

export function waitingKey(account: string, kind: string, value: string): string {
  return `${account} ${kind} ${value}`;
}
