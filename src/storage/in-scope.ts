import type { Scope } from './store.ts';

/** Whether a caller may see this account. */
export function inScope(scope: Scope, account: string): boolean {
  return scope === 'all' || scope.includes(account);
}
