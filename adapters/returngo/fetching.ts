import type { Fetching } from '#adapter/provider-call.ts';
import type { Secrets, Settings } from './settings.ts';

/** The one kind of object: an RMA, which holds its items, shipments, exchange orders and transactions. */
export const RMA = 'rma';

const SECONDS_OF_DAY = 86_400;
/** [documented] beside the calls per day, of which an account may get more. */
const CALLS_PER_SECOND = 100;

/**
 * `GET /rma/{rmaId}` with the owner's key and the shop it is for [API page]: a key spans all shops of its owner, so the shop
 * is needed in every call. What an answer means is told by its status; the headers of the rate limit are [not found] in the
 * documentation, but for 429.
 */
export const fetching: Fetching<Settings, Secrets> = {
  kinds: [RMA],
  request({ id }, { settings, secrets }) {
    if (secrets.api === undefined) return null;
    const headers = { 'x-api-key': secrets.api.reveal(), 'x-shop-name': settings.shop, accept: 'application/json' };
    return { method: 'GET', path: `/rma/${encodeURIComponent(id)}`, headers };
  },
  limits: ({ callsPerDay }) => [
    { calls: callsPerDay, perSeconds: SECONDS_OF_DAY },
    { calls: CALLS_PER_SECOND, perSeconds: 1 },
  ],
};
