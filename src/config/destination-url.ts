import ipaddr from 'ipaddr.js';

/**
 * Which URLs a destination may have. Names are looked up only when something is sent, where the address that was
 * found is checked again; what is plain from the text is refused here, before the gateway starts.
 */

export interface UrlFault {
  readonly message: string;
  readonly remedy: string;
}

/** IPv4 and IPv6 addresses that anybody can reach: IPv6 only in what is given out worldwide (2000::/3). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Ranges ready to be matched: parsing them costs as much as signing a message, so a sender does it once. */
export type Networks = readonly (readonly [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number])[];

/** `ranges` in CIDR notation, as `delivery.allowNetworks` has them. */
export function networksOf(ranges: readonly string[]): Networks {
  return ranges.map(range => ipaddr.parseCIDR(range));
}

/** How an address stands: `public`, `allowed` by one of the networks, or `refused`. IPv4 inside IPv6 counts as the IPv4 address. */
export function addressStanding(address: string, allowed: Networks): 'public' | 'allowed' | 'refused' {
  if (!ipaddr.isValid(address)) return 'refused';
  const parsed = ipaddr.process(address);
  for (const [base, bits] of allowed) {
    if (base.kind() === parsed.kind() && parsed.match(base, bits)) return 'allowed';
  }
  const worldwide = parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
  return parsed.range() === 'unicast' && worldwide ? 'public' : 'refused';
}

const ALLOW = 'add its range to delivery.allowNetworks in retour.yaml if it is meant';

/** What is wrong with the URL, or `null`. The URL is never quoted: it may hold a credential. */
export function destinationUrlFault(text: string, allowNetworks: readonly string[]): UrlFault | null {
  const example = 'write it as https://orders.example.com/hooks/returns';
  if (/[\s\\]|\p{Cc}/u.test(text))
    return { message: 'holds a blank, a control character or a backslash', remedy: example };
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text)) return { message: 'is not an http or https URL', remedy: example };
  if (`${url.username}${url.password}` !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(text)) {
    return {
      message: 'carries a user name or password',
      remedy: 'take it out; every message is signed with the secrets of the destination',
    };
  }
  if (text.includes('#')) return { message: 'has a fragment (#…), which is never sent', remedy: 'take it out' };
  if (url.port === '0') return { message: 'names port 0', remedy: 'name the port the destination listens on' };
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return hostFault(host, url.protocol, networksOf(allowNetworks));
}

function hostFault(host: string, protocol: string, allowed: Networks): UrlFault | null {
  if (ipaddr.isValid(host)) {
    const standing = addressStanding(host, allowed);
    if (standing === 'refused')
      return { message: `names ${ipaddr.process(host).toString()}, which is not a public address`, remedy: ALLOW };
    return protocol === 'http:' && standing === 'public' ? plainHttp() : null;
  }
  if (/(^|\.)(localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/.test(host)) {
    const loopback = ['127.0.0.1', '::1'].some(address => addressStanding(address, allowed) === 'allowed');
    return loopback ? null : { message: `names this machine (${host})`, remedy: ALLOW };
  }
  // Whether a name stands for an allowed address is known only at sending, and checked there.
  return protocol === 'http:' && allowed.length === 0 ? plainHttp() : null;
}

function plainHttp(): UrlFault {
  return {
    message: 'uses plain http',
    remedy: 'use https; plain http is only for addresses in delivery.allowNetworks of retour.yaml',
  };
}
