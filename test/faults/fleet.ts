import type { Chance } from '../../src/demo/seeded-chance.ts';
import { type GatewayFolder, type GatewayProcess, spawnGateway } from '../crash/gateway-process.ts';
import { pause } from '../crash/read-api.ts';

/** Gateway processes over one store, with what stands around them: a supervisor that starts each again, and a load balancer. */
export interface Fleet {
  readonly members: readonly Member[];
  /** Of one that takes webhooks, at random; waits while there is none. */
  url(): Promise<string>;
  /** How each process ended that nobody had ended. */
  readonly endedThemselves: readonly EndedItself[];
  /** Resolves with the first of them. */
  readonly endedAlone: Promise<void>;
  /** SIGTERM to all; what did not end in order. */
  stop(): Promise<readonly string[]>;
  /** Leaves none. */
  end(): Promise<void>;
}

export interface Member {
  readonly name: string;
  /** Ends it, leaves it away for so long, and starts it again; answers what it ended with once it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM', awayMs: number): Promise<number | null>;
  /** Until it listens. */
  listening(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Moves its clock so far from the machine's, over restarts. */
  setClock(offsetMs: number): void;
  /** To what the store's backend has loaded before it. */
  tell(message: object): void;
}

export interface EndedItself {
  readonly member: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly code: number | null;
  readonly listened: boolean;
  readonly said: string;
}

export interface FleetOptions {
  readonly folder: GatewayFolder;
  readonly processes: number;
  /** What the nth process does; `null`: everything. */
  readonly roles: (nth: number) => string | null;
  readonly preload: readonly string[];
  readonly chance: Chance;
}

/** A process that ended by itself is started again after so long, as by a supervisor. */
const AGAIN_MS = 300;
/** So long a load balancer takes to see that one hangs. */
const NOTICED_MS = 2000;
/** What is asked to end and has not by then never will. */
const PATIENCE_MS = 60_000;

const CLOCK = new URL('./movable-clock.ts', import.meta.url).href;

interface Life {
  readonly process: GatewayProcess;
  readonly startedAtMs: number;
  /** `null` until it listens, and once it is gone. */
  url: string | null;
}

export function startFleet(options: FleetOptions): Fleet {
  const { folder, chance } = options;
  const endedThemselves: EndedItself[] = [];
  const endedAlone = Promise.withResolvers<void>();
  let closing = false;

  function startMember(nth: number) {
    const name = `gateway ${nth + 1}`;
    const roles = options.roles(nth);
    const takesWebhooks = roles === null || roles.includes('receive');
    let clockMs = 0;
    let pausedAtMs: number | null = null;
    let ended: { readonly awayMs: number } | null = null;
    let life = begin();

    function begin(): Life {
      const process = spawnGateway(folder, {
        preload: [CLOCK, ...options.preload],
        control: true,
        env: { RIG_CLOCK_MS: String(clockMs) },
        ...(roles === null ? {} : { args: ['serve', '--roles', roles] }),
      });
      const started: Life = { process, startedAtMs: performance.now(), url: null };
      void process.listening.then(
        url => {
          started.url = url;
        },
        () => undefined,
      );
      return started;
    }

    async function supervise(): Promise<void> {
      while (!closing) {
        const { process, startedAtMs } = life;
        const { code } = await process.ended;
        const listened = life.url !== null;
        life.url = null;
        if (closing) return;
        if (ended === null) {
          const said = process.stderr();
          endedThemselves.push({ member: name, startedAtMs, endedAtMs: performance.now(), code, listened, said });
          endedAlone.resolve();
        }
        const { awayMs } = ended ?? { awayMs: AGAIN_MS };
        ended = null;
        await pause(awayMs);
        if (!closing) life = begin();
      }
    }

    const supervising = supervise();
    const member: Member = {
      name,
      async end(signal, awayMs) {
        ended = { awayMs };
        return (await life.process.end(signal)).code;
      },
      async listening() {
        while (life.url === null) await pause(10);
      },
      pause() {
        pausedAtMs = performance.now();
        life.process.pause();
      },
      resume() {
        pausedAtMs = null;
        life.process.resume();
      },
      setClock(offsetMs) {
        clockMs = offsetMs;
        life.process.tell({ clockMs });
      },
      tell: message => life.process.tell(message),
    };
    return {
      member,
      url: () => (takesWebhooks ? life.url : null),
      hangs: () => pausedAtMs !== null && performance.now() - pausedAtMs > NOTICED_MS,
      async close(signal: 'SIGKILL' | 'SIGTERM') {
        const { process } = life;
        const late = setTimeout(() => void process.end('SIGKILL'), PATIENCE_MS);
        const { code } = await process.end(signal);
        clearTimeout(late);
        await supervising;
        return { code, said: process.stderr() };
      },
    };
  }

  const all = Array.from({ length: options.processes }, (_, nth) => startMember(nth));
  return {
    members: all.map(({ member }) => member),
    endedThemselves,
    endedAlone: endedAlone.promise,
    async url() {
      for (;;) {
        const up = all.filter(one => one.url() !== null);
        const answering = up.filter(one => !one.hangs());
        // The only one there is gets the requests although it hangs: no balancer has anywhere else to send them.
        const chosen = answering.length > 0 ? answering : up;
        if (chosen.length > 0) return chance.pick(chosen).url()!;
        await pause(10);
      }
    },
    async stop() {
      closing = true;
      const ends = await Promise.all(
        all.map(async one => ({ name: one.member.name, ...(await one.close('SIGTERM')) })),
      );
      return ends.flatMap(({ name, code, said }) =>
        code === 0 ? [] : [`${name} was asked to end and ended with ${code ?? 'SIGKILL'}: ${said}`],
      );
    },
    async end() {
      closing = true;
      await Promise.all(all.map(one => one.close('SIGKILL')));
    },
  };
}
