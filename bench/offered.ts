import { closedLoop, type Destination, type Distribution, distribution, openLoop } from './load.ts';
import { makeNotices, nameOf } from './notices.ts';
import type { GatewayFolder, Running } from './processes.ts';

export interface Offered {
  readonly sent: number;
  readonly delivered: number;
  /** From the last webhook sent to the last message that arrived, milliseconds. */
  readonly behindMs: number;
  /** Webhook meant to be sent → message arrived, milliseconds. */
  readonly latency: Distribution;
}

/** Lets a gateway do its work until the compiler has seen it; nothing of this is counted. */
export async function warmUp(gateway: Running, destination: Destination): Promise<void> {
  const notices = makeNotices(4_000);
  await closedLoop(gateway.url, notices, 32);
  await destination.arrived(notices.length);
  await new Promise(resolve => setTimeout(resolve, 1_000));
  destination.arrivals.clear();
}

/** `rate` webhooks a second for some seconds, one fact and one message each, until everything has arrived. */
export async function offer(
  gateway: Running,
  destination: Destination,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<Offered> {
  const notices = makeNotices(rate * seconds);
  const { intended, endedAt } = await openLoop(gateway.url, notices, rate, nameOf);
  await destination.arrived(notices.length);
  const latencies = [...intended].flatMap(([name, at]) => {
    const arrivedAt = destination.arrivals.get(name);
    return arrivedAt === undefined ? [] : [arrivedAt - at];
  });
  let last = 0;
  for (const at of destination.arrivals.values()) last = Math.max(last, at);
  return {
    sent: notices.length,
    delivered: destination.arrivals.size,
    behindMs: Math.max(0, Math.round(last - endedAt)),
    latency: distribution(latencies),
  };
}

/** Bytes of the store on disk, its log included. */
export function bytesOf(folder: GatewayFolder): number {
  const { database, wal } = folder.sizes();
  return database + wal;
}
