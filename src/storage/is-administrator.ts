import { ROLES, type TokenRow } from './store.ts';

/** A token with every role over every account, that lives. */
export function isAdministrator({ accounts, roles, revokedAtMs }: TokenRow): boolean {
  return revokedAtMs === null && accounts === 'all' && ROLES.every(role => roles.includes(role));
}
