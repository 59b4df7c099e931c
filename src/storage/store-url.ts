import { resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';

export type StoreUrl =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** Which store a URL names: `sqlite:path`, relative to the working directory, or `postgres://…`. */
export function storeOf(url: string): StoreUrl {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return { kind: 'sqlite', path: resolve(path) };
  if (/^postgres(ql)?:\/\//.test(url)) return { kind: 'postgres', url };
  throw new GatewayError(
    'CONFIG_INVALID',
    'The database URL must have the form sqlite:path or postgres://host/database.',
  );
}
