import { narvar } from '../../../adapters/narvar/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import type { AccountConfig, ConnectionConfig } from '../../../src/config/config.ts';
import { Expectations } from '../../../src/config/expectations.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import type { StoredReturn } from '../../../src/storage/store.ts';
import { fixturesOf, loadCases, loadConnections, wrapSecrets } from '../../conformance/fixtures.ts';
import { createRecording, inboundRow } from '../../conformance/recording.ts';

const cases = new Map(loadCases(fixturesOf('narvar')).map(each => [each.name, each]));
const connections = loadConnections(fixturesOf('narvar'));
const adapter: Adapter = narvar;

export interface Recorded {
  /** Living returns, the oldest first. */
  readonly returns: readonly StoredReturn[];
  /** The types of all events that were sent, in the order they were, with those that revise another marked. */
  readonly sent: readonly string[];
}

/** Fixtures of one connection, received a minute apart and recorded one by one through the real pipeline. */
export function recorded(...names: readonly string[]): Recorded {
  const rows = names.map(name => cases.get(name)!);
  const fixture = connections.get(rows[0]!.connection)!;
  const connection: ConnectionConfig = {
    account: 'acme',
    name: 'narvar',
    adapter,
    settings: adapter.settings.parse(fixture.settings),
    secrets: adapter.secrets.parse(wrapSecrets(fixture.secrets)),
    acknowledgeWith: 200,
    expect: Expectations.parse({}),
  };
  const account: AccountConfig = {
    id: 'acme',
    name: 'Acme',
    owner: 'owner@example.com',
    tier: 'standard',
    timezone: 'UTC',
    currency: 'USD',
    connections: new Map([['narvar', connection]]),
    destinations: new Map(),
    revision: null,
  };
  const recording = createRecording(new Map([['acme', account]]));
  const sent = rows.flatMap(({ request }, index) => {
    const row = inboundRow(connection, request, `inb_${index}`, Date.UTC(2026, 10, 20, 10, index));
    const { returns } = recording.record([interpret(row, connection)]);
    return returns.flatMap(({ write }) =>
      write.events.map(({ type, revision }) => (revision === 1 ? type : `${type} ${revision}`)),
    );
  });
  return { returns: recording.returns(), sent };
}

/** Every order of these, the given one first. */
export function permutations<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length <= 1) return [values];
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map(rest => [value, ...rest]));
}
