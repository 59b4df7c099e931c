/** How much memory the bodies of webhooks may take, over all requests. Nothing is proven of a body before all of it is there. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** Over all requests, until each is answered. */
  readonly maxQueuedBytes: number;
}

export interface HeldBody {
  /** Whether there is room for so many bytes more; then they count. */
  take(bytes: number): boolean;
  /** What ends the reading of it where it has to make way; from then on its bytes do not count. */
  onGiveUp(giveUp: () => void): void;
  /** All of it is there: it is not given up for another one any more. */
  arrived(): void;
  /** The request is answered. */
  release(): void;
}

interface Held {
  readonly of: string;
  giveUp: () => void;
  bytes: number;
  arriving: boolean;
}

/** The part of all memory that the unfinished bodies of one connection may take, so that one URL cannot shut out the others. */
const SHARE = 1 / 4;

/**
 * Where room is short, bodies that are still arriving make way, the oldest first: a sender that lets its bodies hang loses them,
 * and one that sends them in one go is not refused because of it.
 */
export function createBodyBudget(limits: () => BodyLimits) {
  let total = 0;
  /** Oldest first. */
  const arriving = new Set<Held>();
  const arrivingBytes = new Map<string, number>();

  function count(held: Held, bytes: number): void {
    total += bytes;
    held.bytes += bytes;
    if (held.arriving) countArriving(held.of, bytes);
  }

  function countArriving(of: string, bytes: number): void {
    const sum = (arrivingBytes.get(of) ?? 0) + bytes;
    if (sum === 0) arrivingBytes.delete(of);
    else arrivingBytes.set(of, sum);
  }

  function stopArriving(held: Held): void {
    if (!held.arriving) return;
    countArriving(held.of, -held.bytes);
    held.arriving = false;
    arriving.delete(held);
  }

  function release(held: Held): void {
    stopArriving(held);
    total -= held.bytes;
    held.bytes = 0;
  }

  /** Gives bodies up until `fits`; `false` where the one that asks is itself the oldest. */
  function makeWay(held: Held, fits: () => boolean, among: (other: Held) => boolean): boolean {
    for (const other of arriving) {
      if (fits()) return true;
      if (!among(other)) continue;
      if (other === held) return false;
      release(other);
      other.giveUp();
    }
    return fits();
  }

  function take(held: Held, bytes: number): boolean {
    const { maxBodyBytes, maxQueuedBytes } = limits();
    const share = Math.max(maxBodyBytes, maxQueuedBytes * SHARE);
    const fitsShare = () => !held.arriving || (arrivingBytes.get(held.of) ?? 0) + bytes <= share;
    const fitsAll = () => total + bytes <= maxQueuedBytes;
    const room = makeWay(held, fitsShare, other => other.of === held.of) && makeWay(held, fitsAll, () => true);
    if (room) count(held, bytes);
    return room;
  }

  return {
    /** A body that begins to arrive. `of`: the connection it is sent to. */
    hold(of: string): HeldBody {
      const held: Held = { of, giveUp: () => {}, bytes: 0, arriving: true };
      arriving.add(held);
      return {
        take: bytes => take(held, bytes),
        onGiveUp: giveUp => {
          held.giveUp = giveUp;
        },
        arrived: () => stopArriving(held),
        release: () => release(held),
      };
    },
  };
}
