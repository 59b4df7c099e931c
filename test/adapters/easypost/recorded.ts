import { easypost } from '../../../adapters/easypost/index.ts';
import { example } from '../../../adapters/example/index.ts';
import type { Adapter } from '../../../src/adapter/define-adapter.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import type { StoredReturn } from '../../../src/storage/store.ts';
import { accountsOf, fixtureConnection } from '../../conformance/fixture-account.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { createRecording, inboundRow, typesSent } from '../../conformance/recording.ts';
import { requestOf } from '../reading.ts';

/** EasyPost makes no returns, so it is recorded beside a return provider, which gives the shopper a label with a number. */

const cases = new Map(loadCases(fixturesOf('easypost')).map(each => [each.name, each]));

function connectionOf(adapter: Adapter) {
  return fixtureConnection(adapter, loadConnections(fixturesOf(adapter.id)).get('default')!);
}

const parcels = connectionOf(easypost);
const portal = connectionOf(example);

const accounts = accountsOf(parcels, portal);

/** A label that the return provider issued. */
export interface IssuedLabel {
  readonly returnId: string;
  readonly tracking: string;
  /** Day of November on which it was received. Default the 1st, before any scan. */
  readonly day?: number;
}

export interface Recorded {
  /** The oldest first. */
  readonly returns: readonly StoredReturn[];
  /** The types of all events that were sent, in the order they were, those that revise another with their revision. */
  readonly sent: readonly string[];
  /** How each row ended. */
  readonly states: readonly string[];
}

/** Fixtures of EasyPost (by name), received a minute apart on the 30th, and labels, recorded in this order through the real pipeline. */
export function recorded(...steps: readonly (string | IssuedLabel)[]): Recorded {
  const recording = createRecording(accounts);
  const sent = steps.flatMap((step, index) => {
    const connection = typeof step === 'string' ? parcels : portal;
    const request = typeof step === 'string' ? cases.get(step)!.request : labelled(step);
    const day = typeof step === 'string' ? 30 : (step.day ?? 1);
    const row = inboundRow(connection, request, `inb_${index}`, Date.UTC(2026, 10, day, 10, index));
    return typesSent(recording.record([interpret(row, connection)]));
  });
  return {
    returns: recording.returns(),
    sent,
    states: [...recording.outcomes().values()].map(outcome => outcome.state),
  };
}

function labelled({ returnId, tracking }: IssuedLabel) {
  const url = `https://labels.example.com/${returnId}`;
  const notice = { kind: 'method.chosen', return_id: returnId, method: 'post', qr_url: url, tracking };
  return requestOf({ shop: 'acme-example', notices: [notice] });
}
