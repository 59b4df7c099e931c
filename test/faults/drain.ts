import { identityOf } from '../crash/compare-ledgers.ts';
import { ADMIN_TOKEN } from '../crash/gateway-process.ts';
import { type Json, pause, readAll, readApi, readBacklog } from '../crash/read-api.ts';
import type { Request } from './explain-repeats.ts';

/** Longest that a run waits for everything to be read and sent once nothing is wrong any more. */
const PATIENCE_MS = 900_000;
/** What is due later than this is asked for at once: a failed message may wait for hours, and a run does not. */
const SOON_MS = 4000;
const EVERY_MS = 1000;

/**
 * Waits until everything kept is read and everything recorded is delivered. The first message of a line that is due much
 * later is asked for at once, as a person would do; never a later one, which would pass the first. Answers what it asked for, and what was
 * still waiting when patience ended.
 */
export async function drain(options: {
  readonly gateway: () => Promise<string>;
  /** Path of a destination, as arrivals name it. */
  readonly pathOf: (account: string, name: string) => string;
  /** How far the gateways' clocks are ahead. */
  readonly aheadMs: number;
  readonly say: (line: string) => void;
}): Promise<{ readonly asked: readonly Request[]; readonly findings: readonly string[] }> {
  const asked: Request[] = [];
  const endsAt = performance.now() + PATIENCE_MS;

  const isFar = (dueAt: string | null) => dueAt !== null && Date.parse(dueAt) > Date.now() + options.aheadMs + SOON_MS;

  async function hurry(url: string): Promise<void> {
    const lines = new Set<string>();
    for (const { account, destination, returnId, dueAt } of await readAll(url, '/v1/deliveries', {
      state: 'pending',
    })) {
      if (isFar(dueAt)) lines.add(`${account} ${destination} ${returnId}`);
    }
    for (const line of lines) {
      const [account, name, returnId] = line.split(' ') as [string, string, string];
      const head = await headOf(url, account, name, returnId);
      if (head === null || head.state !== 'pending' || !isFar(head.dueAt)) continue;
      const { id, webhookId } = head;
      asked.push({
        identity: identityOf({ destination: options.pathOf(account, name), webhookId }),
        atMs: performance.now(),
      });
      const response = await fetch(`${url}/v1/deliveries/${id}/redeliver`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      if (!response.ok) throw new Error(`A redelivery of ${id} was answered ${response.status}.`);
    }
  }

  for (;;) {
    const url = await options.gateway();
    const { inbound, lines } = await readBacklog(url);
    if (inbound === 0 && lines === 0) return { asked, findings: [] };
    const waiting = `${inbound} rows to read, ${lines} lines with something to send`;
    if (performance.now() > endsAt) return { asked, findings: [`after ${PATIENCE_MS / 1000} s there are ${waiting}`] };
    options.say(waiting);
    // While rows are read a line may still get an earlier message than those it has.
    if (inbound === 0) await hurry(url);
    await pause(EVERY_MS);
  }
}

/** One page is one state of the store: what is first in it is first in the line. */
async function headOf(url: string, account: string, destination: string, returnId: string): Promise<Json | null> {
  const search = new URLSearchParams({ account, destination, returnId, limit: '200' });
  const { data, nextCursor } = await readApi(url, `/v1/deliveries?${search}`);
  if (nextCursor !== null) return null;
  const unfinished = data.filter(({ state }: Json) => state !== 'delivered');
  return unfinished.toSorted((a: Json, b: Json) => a.sequence - b.sequence)[0] ?? null;
}
