import { pause } from '../crash/read-api.ts';
import type { Fault, FaultMeans } from './fault.ts';
import type { Fleet, Member } from './fleet.ts';

/**
 * How far a clock is moved, either way. Further than any lease lasts (a minute) and than a failed message waits for its
 * third try. Not further than the five minutes which a signature may be old, or receiver and sender would be right to
 * refuse one another; and far from the hour after which later messages may pass a failing one.
 */
const CLOCK_MS = 240_000;

interface GatewayFaults {
  readonly faults: readonly Fault[];
  /** Beside the others, because it lasts so much longer. */
  readonly pauses: readonly Fault[];
  /**
   * Where a gateway's clock tells what is due, a wrong one has written instants that lie minutes ahead. Each is ended in
   * order and started with its clock as far ahead as it ever was, so that the end of a run need not wait for them; how far
   * that is, in milliseconds.
   */
  catchUp(): Promise<number>;
}

/** What can happen to the processes: one after the other, and never to one that is held still. */
export function gatewayFaults(options: {
  readonly fleet: Fleet;
  /** How long a process is held still. */
  readonly pauseMs: number;
  /**
   * Whose clock tells when a lease ends and something is due. Where it is the store's, a process with a wrong clock may
   * not even send something twice.
   */
  readonly leaseClock: 'gateway' | 'store';
  /** How a process ended that should not have. */
  readonly onFinding: (finding: string) => void;
}): GatewayFaults {
  const { members } = options.fleet;
  const still = new Set<Member>();

  async function endInOrder(member: Member, awayMs: number): Promise<void> {
    const code = await member.end('SIGTERM', awayMs);
    if (code !== 0) options.onFinding(`${member.name} was asked to end and ended with ${code}`);
  }

  const inflicting = (name: string, inflict: (member: Member, means: FaultMeans) => Promise<void>): Fault => ({
    name: `gateway: ${name}`,
    async inflict(means) {
      const first = means.chance.below(members.length);
      for (;;) {
        const awake = [...members.slice(first), ...members.slice(0, first)].find(member => !still.has(member));
        if (awake !== undefined) return inflict(awake, means);
        await pause(50);
      }
    },
  });

  return {
    faults: [
      inflicting('killed', async (member, { chance, harm }) => {
        const awayMs = chance.below(1000);
        const over = harm();
        await member.end('SIGKILL', awayMs);
        over();
        await member.listening();
      }),
      inflicting('ended in order', async (member, { chance }) => {
        await endInOrder(member, chance.below(1000));
        await member.listening();
      }),
      inflicting('clock jumps', async (member, { chance, longestMs, harm }) => {
        const over = options.leaseClock === 'gateway' ? harm() : null;
        member.setClock(Math.round((chance.happens(0.5) ? 1 : -1) * (0.25 + 0.75 * chance.next()) * CLOCK_MS));
        await pause(chance.below(longestMs));
        member.setClock(0);
        over?.();
      }),
    ],
    pauses: [
      inflicting('paused', async (member, { harm }) => {
        const over = harm();
        still.add(member);
        member.pause();
        await pause(options.pauseMs);
        member.resume();
        still.delete(member);
        over();
      }),
    ],
    async catchUp() {
      if (options.leaseClock === 'store') return 0;
      for (const member of members) {
        await endInOrder(member, 100);
        member.setClock(CLOCK_MS);
        await member.listening();
      }
      return CLOCK_MS;
    },
  };
}
