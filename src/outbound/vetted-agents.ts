import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';
import { addressStanding, type Networks, networksOf } from '../config/destination-url.ts';

/**
 * Connections to addresses that were checked. Every address that a name resolves to is checked and the checked one is
 * connected to, so a name cannot change its mind in between; IP literals are checked too. Only `allowNetworks` opens
 * private ranges, and plain http.
 */
export interface VettedAgents {
  /** `null`: the URL names an address that may not be connected to. */
  agentFor(url: URL): Agent | null;
  close(): Promise<void>;
}

export function createVettedAgents(
  allowNetworks: readonly string[],
  resolve: typeof systemLookup = systemLookup,
): VettedAgents {
  const allowed = networksOf(allowNetworks);
  const agentOf = (protocol: string) =>
    new Agent({
      connect: { lookup: vettedLookup(protocol, allowed, resolve) },
      connections: null,
      pipelining: 1,
      keepAliveTimeout: 10_000,
    });
  const agents: Readonly<Record<string, Agent>> = { 'http:': agentOf('http:'), 'https:': agentOf('https:') };

  return {
    agentFor({ protocol, hostname }) {
      const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
      const isRefused = ipaddr.isValid(host) && !mayConnect(protocol, host, allowed);
      return isRefused ? null : (agents[protocol] ?? null);
    },
    async close() {
      await Promise.all(Object.values(agents).map(agent => agent.destroy()));
    },
  };
}

/** Whether an exchange failed because a name led to an address that may not be connected to. */
export function wasBlocked(error: unknown): boolean {
  if (error instanceof BlockedAddress) return true;
  return error instanceof Error && error.cause !== undefined && wasBlocked(error.cause);
}

class BlockedAddress extends Error {}

function mayConnect(protocol: string, address: string, allowed: Networks): boolean {
  const standing = addressStanding(address, allowed);
  return standing === 'allowed' || (standing === 'public' && protocol === 'https:');
}

function vettedLookup(protocol: string, allowed: Networks, resolve: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses = found as LookupAddress[] | undefined;
      if (error !== null || addresses === undefined) return callback(error ?? new Error('no address'), []);
      if (addresses.length === 0 || addresses.some(({ address }) => !mayConnect(protocol, address, allowed))) {
        return callback(new BlockedAddress(), []);
      }
      if (options.all) return callback(null, addresses);
      return callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
