import { adapters } from '../src/adapters.ts';
import { interpret } from '../src/pipeline/interpret.ts';
import { fixtureConnection } from '../test/conformance/fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from '../test/conformance/fixtures.ts';
import { inboundRow } from '../test/conformance/recording.ts';
import { perSecond } from './pure.ts';
import type { Benchmark } from './row.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 10, 20, 10);

/** What each adapter reads in a second of one core: every webhook and answer of its fixtures, over and over, good ones and bad. */
export const perAdapter: Benchmark = {
  name: 'normalize-per-adapter',
  async run({ quick }) {
    return adapters.map(adapter => {
      const fixtures = loadConnections(fixturesOf(adapter.id));
      const works = loadCases(fixturesOf(adapter.id)).map(({ connection: name, request }, nth) => {
        const connection = fixtureConnection(adapter, fixtures.get(name)!);
        return { connection, row: inboundRow(connection, request, `inb_${nth}`, RECEIVED_AT_MS) };
      });
      const rate = perSecond(quick, [works], all => {
        for (const { connection, row } of all) interpret(row, connection);
        return all.length;
      });
      const bytes = works.reduce((sum, { row }) => sum + row.body.byteLength, 0);
      return {
        what: adapter.id,
        value: `${rate.toLocaleString('en')} requests/s, of ${Math.round(bytes / works.length).toLocaleString('en')} bytes in the mean`,
        bar: null,
        held: null,
      };
    });
  },
};
