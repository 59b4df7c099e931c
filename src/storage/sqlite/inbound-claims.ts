import { createLeases, type Leases } from './leases.ts';

/**
 * Claims on inbound rows, and which aliases returns gained or lost meanwhile: a row that attaches must not miss what
 * changed between its claim and its recording.
 */
export interface InboundClaims extends Pick<Leases<number>, 'isFree' | 'isOwner' | 'held'> {
  take(ref: number, owner: string, untilMs: number): void;
  release(ref: number): void;
  changed(alias: string): void;
  changedSinceClaim(ref: number, alias: string): boolean;
}

export function createInboundClaims(): InboundClaims {
  const leases = createLeases<number>();
  const takenAt = new Map<number, number>();
  const changedAt = new Map<string, number>();
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
      if (takenAt.size === 0) changedAt.clear();
    },
    changed(alias) {
      if (takenAt.size > 0) changedAt.set(alias, ++tick);
    },
    changedSinceClaim: (ref, alias) => (changedAt.get(alias) ?? 0) > (takenAt.get(ref) ?? Number.POSITIVE_INFINITY),
  };
}

export function attachingKey(account: string, kind: string, value: string): string {
  return `${account} ${kind} ${value}`;
}
