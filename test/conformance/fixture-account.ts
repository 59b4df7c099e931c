import type { Adapter } from '../../src/adapter/define-adapter.ts';
import type { AccountConfig, ConnectionConfig } from '../../src/config/config.ts';
import { Expectations } from '../../src/config/expectations.ts';
import { type ConnectionFixture, wrapSecrets } from './fixtures.ts';

/** Fixtures as configuration would give them: a connection of `acme`, named after its adapter. */

export function fixtureConnection(
  adapter: Adapter,
  { settings, secrets }: Pick<ConnectionFixture, 'settings' | 'secrets'>,
): ConnectionConfig {
  return {
    account: 'acme',
    name: adapter.id,
    adapter,
    settings: adapter.settings.parse(settings),
    secrets: adapter.secrets.parse(wrapSecrets(secrets)),
    acknowledgeWith: 202,
    expect: Expectations.parse({}),
  };
}

/** The accounts that these connections belong to. */
export function accountsOf(...connections: readonly ConnectionConfig[]): ReadonlyMap<string, AccountConfig> {
  const accounts = Map.groupBy(connections, ({ account }) => account);
  return new Map([...accounts].map(([id, own]) => [id, accountOf(id, own)]));
}

function accountOf(id: string, connections: readonly ConnectionConfig[]): AccountConfig {
  return {
    id,
    name: id,
    owner: 'owner@example.com',
    tier: 'standard',
    timezone: 'UTC',
    currency: 'USD',
    connections: new Map(connections.map(connection => [connection.name, connection])),
    destinations: new Map(),
    revision: null,
  };
}
