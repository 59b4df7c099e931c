import { narvar } from '../../../adapters/narvar/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import type { StoredReturn } from '../../../src/storage/store.ts';
import { accountsOf, fixtureConnection } from '../../conformance/fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { createRecording, inboundRow, typesSent } from '../../conformance/recording.ts';

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
  const connection = fixtureConnection(adapter, fixture);
  const recording = createRecording(accountsOf(connection));
  const sent = rows.flatMap(({ request }, index) => {
    const row = inboundRow(connection, request, `inb_${index}`, Date.UTC(2026, 10, 20, 10, index));
    return typesSent(recording.record([interpret(row, connection)]));
  });
  return { returns: recording.returns(), sent };
}
