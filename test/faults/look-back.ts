import { identityOf } from '../crash/compare-ledgers.ts';
import { type GatewayFolder, readLog } from '../crash/gateway-process.ts';
import type { FaultLog } from './fault.ts';
import type { EndedItself } from './fleet.ts';

/** What the processes of a run left behind: how they ended, and what they complained of. */

/** A start that began just before the store was well again may still fail. */
const STORE_BACK_MS = 2000;

type Counts = Readonly<Record<string, number>>;

/**
 * A process may fail to start while the store is away, and must then say why in words; for no other reason may it end
 * before it is asked to.
 */
export function judgeEnds(
  ends: readonly EndedItself[],
  log: FaultLog,
): { readonly findings: readonly string[] /** By what they said. */; readonly failedStarts: Counts } {
  const findings: string[] = [];
  const failedStarts: Record<string, number> = {};
  for (const { member, code, listened, said, startedAtMs, endedAtMs } of ends) {
    if (!listened && log.wasTroubled('store', startedAtMs - STORE_BACK_MS, endedAtMs)) {
      const why = said.trim();
      failedStarts[why] = (failedStarts[why] ?? 0) + 1;
      if (why === '' || /\n\s+at /.test(why)) findings.push(`${member} did not say why it could not start: ${said}`);
    } else {
      const when = listened ? 'while it served' : 'as it started';
      findings.push(`${member} ended by itself (${code}) ${when}: ${said}`);
    }
  }
  return { findings, failedStarts };
}

/** What the gateways' logs tell of a run. */
export interface LogTold {
  /** Errors and warnings, by what they tell. */
  readonly complaints: Counts;
  /** How often a gateway gave up waiting for the answer to a message; by the message, as `identityOf` says it. */
  readonly timeouts: ReadonlyMap<string, number>;
}

export async function readLogs(
  folder: GatewayFolder,
  pathOf: (account: string, destination: string) => string,
): Promise<LogTold> {
  const complaints: Record<string, number> = {};
  const timeouts = new Map<string, number>();
  for await (const line of readLog(folder)) {
    if (line.event === 'delivery.attempted' && line.outcome === 'timeout') {
      const destination = pathOf(String(line.account), String(line.destination));
      const identity = identityOf({ destination, webhookId: String(line.webhookId) });
      timeouts.set(identity, (timeouts.get(identity) ?? 0) + 1);
    }
    if (line.level !== 'error' && line.level !== 'warn') continue;
    const what = [line.event, line.loop, line.code].filter(part => typeof part === 'string').join(' ');
    complaints[what] = (complaints[what] ?? 0) + 1;
  }
  return { complaints, timeouts };
}
