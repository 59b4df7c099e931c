import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import type { AccountConfig, ConnectionConfig } from '../../../src/config/config.ts';
import { Expectations } from '../../../src/config/expectations.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import type { StoredReturn } from '../../../src/storage/store.ts';
import { fixturesOf, loadCases, loadConnections, wrapSecrets } from '../../conformance/fixtures.ts';
import { createRecording, inboundRow } from '../../conformance/recording.ts';

const cases = new Map(loadCases(fixturesOf('sendcloud')).map(each => [each.name, each]));
const connections = loadConnections(fixturesOf('sendcloud'));
const adapter: Adapter = sendcloud;

export interface Recorded {
  /** Living returns, the oldest first. */
  readonly returns: readonly StoredReturn[];
  /** The types of all events that were sent, in the order they were, those that revise another with their revision. */
  readonly sent: readonly string[];
  /** How each row ended. */
  readonly states: readonly string[];
}

/** Fixtures of one connection, received a minute apart on the 30th and recorded one by one through the real pipeline. */
export function recordedBy(connectionName: string, ...names: readonly string[]): Recorded {
  const fixture = connections.get(connectionName)!;
  const connection: ConnectionConfig = {
    account: 'acme',
    name: 'sendcloud',
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
    currency: 'EUR',
    connections: new Map([['sendcloud', connection]]),
    destinations: new Map(),
    revision: null,
  };
  const recording = createRecording(new Map([['acme', account]]));
  const sent = names.flatMap((name, index) => {
    const row = inboundRow(connection, cases.get(name)!.request, `inb_${index}`, Date.UTC(2026, 10, 30, 10, index));
    const { returns } = recording.record([interpret(row, connection)]);
    return returns.flatMap(({ write }) =>
      write.events.map(({ type, revision }) => (revision === 1 ? type : `${type} ${revision}`)),
    );
  });
  return {
    returns: recording.returns(),
    sent,
    states: [...recording.outcomes().values()].map(outcome => outcome.state),
  };
}

export function recorded(...names: readonly string[]): Recorded {
  return recordedBy('default', ...names);
}

/** Every order of these, the given one first. */
export function permutations<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length <= 1) return [values];
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map(rest => [value, ...rest]));
}
