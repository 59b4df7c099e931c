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

/** Errors and warnings in the logs, by what they tell. */
export function complaintsOf(folder: GatewayFolder): Counts {
  const counts: Record<string, number> = {};
  for (const line of readLog(folder)) {
    if (line.level !== 'error' && line.level !== 'warn') continue;
    const what = [line.event, line.loop, line.code].filter(part => typeof part === 'string').join(' ');
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
