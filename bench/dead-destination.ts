import { distribution, openLoop, round, startDestination } from './load.ts';
import { makeNotices, nameOf } from './notices.ts';
import { gatewayFolder, startGateway } from './processes.ts';
import type { Benchmark } from './row.ts';

const DESTINATIONS = 100;

/** One dead destination among a hundred: what it costs the others. Every notice goes to all of them. */
export const deadDestination: Benchmark = {
  name: 'dead-destination',
  async run({ quick }) {
    const without = await measure(quick, false);
    const withDead = await measure(quick, true);
    const more = round((withDead.p99 / without.p99 - 1) * 100, 0);
    return [
      { what: `p99 of ${DESTINATIONS} destinations, all alive`, value: `${without.p99} ms`, bar: null, held: null },
      {
        what: `p99 of the other ${DESTINATIONS - 1}, one dead`,
        value: `${withDead.p99} ms (${more >= 0 ? '+' : ''}${more} %)`,
        bar: '+ < 20 %',
        held: more < 20,
      },
    ];
  },
};

async function measure(quick: boolean, dead: boolean) {
  const destination = await startDestination();
  destination.answer = (response, path) => {
    if (dead && path === '/d0') return; // takes the message and never answers
    response.writeHead(204).end();
  };
  const names = Object.fromEntries(
    Array.from({ length: DESTINATIONS }, (_, index) => [`d${index}`, `${destination.url}d${index}`]),
  );
  const folder = gatewayFolder(names, { concurrency: 8 });
  const gateway = await startGateway(folder);
  try {
    const notices = makeNotices(quick ? 24 : 160);
    const { intended } = await openLoop(gateway.url, notices, 4, nameOf);
    const expected = notices.length * (dead ? DESTINATIONS - 1 : DESTINATIONS);
    await destination.arrived(expected, 5_000);
    const latencies = [...destination.arrivals].flatMap(([name, at]) => {
      const [path, notice] = name.split(' ') as [string, string];
      return path === '/d0' ? [] : [at - intended.get(notice)!];
    });
    return distribution(latencies);
  } finally {
    await gateway.kill();
    folder.remove();
    await destination.close();
  }
}
