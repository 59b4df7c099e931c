import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import type { StoredReturn } from '../../../src/storage/store.ts';
import { accountsOf, fixtureConnection } from '../../conformance/fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { createRecording, inboundRow, typesSent } from '../../conformance/recording.ts';

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
  const connection = fixtureConnection(adapter, fixture);
  const recording = createRecording(accountsOf(connection));
  const sent = names.flatMap((name, index) => {
    const row = inboundRow(connection, cases.get(name)!.request, `inb_${index}`, Date.UTC(2026, 10, 30, 10, index));
    return typesSent(recording.record([interpret(row, connection)]));
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
