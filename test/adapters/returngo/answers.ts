import { returngo } from '../../../adapters/returngo/index.ts';
import type { InboundRequest } from '../../../src/adapter/webhook.ts';
import type { FoldedReturn } from '../../../src/model/return.ts';
import { fixturesOf, loadCases } from '../../conformance/fixtures.ts';
import { foldRequests, type Interpretation, interpretRequest } from '../../conformance/interpretation.ts';

const cases = new Map(loadCases(fixturesOf('returngo')).map(each => [each.name, each]));
export const SHOP = { shop: 'acme-example.myshopify.com' };

/** What `GET /rma/7` answers. A body as text keeps the digits of its numbers. */
export function answerOf(body: unknown): InboundRequest {
  return {
    method: 'GET',
    path: '/rma/7',
    query: new URLSearchParams(),
    headers: { 'retour-object-kind': ['rma'] },
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

export function readAnswer(body: unknown, settings: object = {}): Interpretation {
  return interpretRequest(returngo, answerOf(body), returngo.settings.parse({ ...SHOP, ...settings }));
}

/** The RMA 7 with what a test says of it. */
export function rma(status: string, more: object = {}): object {
  return { rmaSummary: { rmaId: '7', status, order_name: '#MK-7' }, createdAt: '2026-11-02T08:00:00+00:00', ...more };
}

/** The return that these answers amount to, each received a minute after the one before. */
export function foldAnswers(bodies: readonly unknown[], settings: object = {}): FoldedReturn {
  return foldRequests(
    returngo,
    bodies.map(body => readAnswer(body, settings)),
  );
}

/** The same of cases of the fixtures. */
export function foldCases(names: readonly string[]): FoldedReturn {
  const settings = returngo.settings.parse(SHOP);
  return foldRequests(
    returngo,
    names.map(name => interpretRequest(returngo, cases.get(name)!.request, settings)),
  );
}
