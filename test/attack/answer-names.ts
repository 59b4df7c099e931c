import dns, { type LookupAddress } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

// Loaded before the gateway by a test: names are answered as ATTACK_NAMES says, one answer after the other, the last for
// ever. So a name can change its mind between two look-ups, and no test asks a resolver.

const answers = JSON.parse(process.env.ATTACK_NAMES ?? '{}') as Record<string, string[][]>;
type Done = (error: Error | null, found?: LookupAddress[] | string, family?: number) => void;

function lookup(hostname: string, options: { readonly all?: boolean } | Done, done?: Done): void {
  const callback = (typeof options === 'function' ? options : done) as Done;
  const script = isIP(hostname) === 0 ? answers[hostname] : [[hostname]];
  if (script === undefined) return callback(Object.assign(new Error('not in the script'), { code: 'ENOTFOUND' }));
  const addresses = (script.length > 1 ? script.shift() : script[0])!;
  const found = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
  if (typeof options === 'object' && options.all === true) callback(null, found);
  else callback(null, found[0]!.address, found[0]!.family);
}

Object.assign(dns, { lookup });
syncBuiltinESMExports();
