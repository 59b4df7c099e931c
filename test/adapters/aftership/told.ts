import { aftership } from '../../../adapters/aftership/index.ts';
import type { FoldedReturn } from '../../../src/model/return.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { fixturesOf, loadCases, loadConnections } from '../../conformance/fixtures.ts';
import { eventsOf, foldRequests, interpretRequest } from '../../conformance/interpretation.ts';
import { read } from '../reading.ts';

/** Bodies made in a test, and the fixtures by name. */

export const settings = { organizationId: 'acme' };
const cases = new Map(loadCases(fixturesOf('aftership')).map(each => [each.name, each]));
const connections = loadConnections(fixturesOf('aftership'));

/** A webhook about one return, approved, of one line. */
export function told(data: Readonly<Record<string, unknown>> = {}, event = 'return.updated') {
  return {
    id: '5d0c1f7be2a84f0c9a1133d07c6b2e55',
    event,
    created_at: '2026-03-04T10:20:30.400Z',
    data: {
      id: 'b3eedf69b7c0410d8975d4350c007705',
      organization: { id: 'acme' },
      rma_number: 'A1B2C3D4',
      approval_status: 'approved',
      ...data,
    },
  };
}

export function eventsIn(
  data: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>> = {},
  event?: string,
) {
  return eventsOf(read(aftership, { ...settings, ...own }, told(data, event)));
}

export function typesIn(data: Readonly<Record<string, unknown>>): readonly string[] {
  return eventsIn(data).map(event => event.type);
}

/** Of the return itself. */
export function detailsIn(data: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>> = {}) {
  const [snapshot] = eventsIn(data, own);
  return (snapshot as Extract<ReturnEvent, { type: 'return.snapshot' }>).change.details;
}

export function noticesIn(data: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>> = {}) {
  return read(aftership, { ...settings, ...own }, told(data)).notices ?? [];
}

/** The return that these fixtures amount to, received in this order, a minute apart. */
export function foldCases(...names: readonly string[]): FoldedReturn {
  return foldRequests(
    aftership,
    names.map(name => {
      const { request, connection } = cases.get(name)!;
      return interpretRequest(aftership, request, aftership.settings.parse(connections.get(connection)!.settings));
    }),
  );
}
