/** The alias that a row attaches by, as one word, within an account. */
export function attachingKey(account: string, kind: string, value: string): string {
  return `${account} ${kind} ${value}`;
}

/** Whether the same returns have an alias, whatever their order. */
export function sameHolders(now: readonly string[], seen: readonly string[]): boolean {
  const known = new Set(seen);
  return new Set(now).size === known.size && now.every(id => known.has(id));
}
