import { redo } from '../../../adapters/redo/index.ts';
import type { FoldedReturn } from '../../../src/model/return.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { eventsOf, foldRequests, interpretRequest } from '../../conformance/interpretation.ts';
import { read } from '../reading.ts';

/** Bodies with nothing but what a test is about, and the fixtures by name. */

export type Fields = Readonly<Record<string, unknown>>;

export const settings = { merchantName: 'Acme' };
const cases = new Map(loadCases(fixturesOf('redo')).map(each => [each.name, each]));
const connections = loadConnections(fixturesOf('redo'));

/** A webhook about one return, open, of one line. */
export function told(of: Fields = {}, more: Fields = {}): Fields {
  const own = { id: 'r-1', type: 'return', status: 'open', createdAt: '2026-03-01T10:00:00Z' };
  const at = '2026-03-04T10:20:30.400Z';
  return { type: 'updated', at, merchantName: 'Acme', return: { ...own, updatedAt: at, ...of }, ...more };
}

export function noticesIn(of: Fields, own: Fields = {}) {
  return read(redo, { ...settings, ...own }, told(of)).notices ?? [];
}

export function eventsIn(of: Fields, own: Fields = {}, more: Fields = {}): readonly ReturnEvent[] {
  return eventsOf(read(redo, { ...settings, ...own }, told(of, more)));
}

export function typesIn(of: Fields, own: Fields = {}): readonly string[] {
  return eventsIn(of, own).map(event => event.type);
}

/** Of the return itself. */
export function detailsIn(of: Fields, own: Fields = {}, more: Fields = {}) {
  const [snapshot] = eventsIn(of, own, more);
  return (snapshot as Extract<ReturnEvent, { type: 'return.snapshot' }>).change.details;
}

/** Totals as Redo wraps them, with one that is more than nothing. */
export function totals(name: 'refund' | 'storeCredit' | 'shippingFee', amount: unknown, currency = 'USD'): Fields {
  const nothing = { amount: { amount: '0.00', currency } };
  return { refund: nothing, storeCredit: nothing, exchange: nothing, [name]: { amount: { amount, currency } } };
}

/** The return that these fixtures amount to, received in this order, a minute apart. */
export function foldCases(...names: readonly string[]): FoldedReturn {
  return foldRequests(
    redo,
    names.map(name => {
      const { request, connection } = cases.get(name)!;
      return interpretRequest(redo, request, redo.settings.parse(connections.get(connection)!.settings));
    }),
  );
}
