import type { Filters } from './compare-ledgers.ts';
import { ACCOUNT, type GatewayFolder, prepareGatewayFolder } from './gateway-process.ts';
import { NETWORK, PORTAL } from './stories.ts';

/** Two accounts with two destinations each, and what they are configured with. */

export const FILTERS: Filters = {
  '/hooks/portal/everything': { account: PORTAL.account, name: 'everything', wants: /^/ },
  '/hooks/portal/goods': { account: PORTAL.account, name: 'goods', wants: /^(shipment|item)\./ },
  '/hooks/network/everything': { account: NETWORK.account, name: 'everything', wants: /^/ },
  '/hooks/network/refunds': { account: NETWORK.account, name: 'refunds', wants: /^(settlement\.|refund\.issued$)/ },
};

export const SECRETS = {
  portal: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  network: 'a made-up secret of a drop-off network',
  destination: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
} as const;

export function prepareCrashFolder(
  place: string,
  /** Base URL of what listens behind each path. */
  destinationUrl: (path: string) => string,
  given: { readonly database?: string; readonly databaseUrl?: string; readonly timeoutMs?: number } = {},
): GatewayFolder {
  const { timeoutMs, ...store } = given;
  const common = { secrets: [{ env: 'CRASH_DESTINATION_SECRET' }], ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const to = (path: string, more: object = {}) => ({ url: `${destinationUrl(path)}${path}`, ...common, ...more });
  return prepareGatewayFolder(place, {
    accounts: {
      [PORTAL.account]: {
        ...ACCOUNT,
        connections: {
          [PORTAL.connection]: { adapter: 'standard', secrets: { webhook: [{ env: 'CRASH_PORTAL_SECRET' }] } },
        },
        destinations: {
          everything: to('/hooks/portal/everything'),
          goods: to('/hooks/portal/goods', { events: ['shipment.*', 'item.*'] }),
        },
      },
      [NETWORK.account]: {
        ...ACCOUNT,
        connections: {
          [NETWORK.connection]: {
            adapter: 'happy-returns',
            settings: { retailerId: NETWORK.retailerId },
            secrets: { webhook: [{ env: 'CRASH_NETWORK_SECRET' }] },
          },
        },
        destinations: {
          everything: to('/hooks/network/everything', { personalData: true }),
          refunds: to('/hooks/network/refunds', { events: ['settlement.*', 'refund.issued'] }),
        },
      },
    },
    secrets: {
      CRASH_PORTAL_SECRET: SECRETS.portal,
      CRASH_NETWORK_SECRET: SECRETS.network,
      CRASH_DESTINATION_SECRET: SECRETS.destination,
    },
    ...store,
  });
}
