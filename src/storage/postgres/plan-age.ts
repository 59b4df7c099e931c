/**
 * A connection keeps the plans of its prepared statements until the tables are analyzed, and an empty table makes bad
 * ones: each index that begins with the account looks as good as the key (measured: a lookup of 32 deliveries read 7,664
 * pages instead of 100). So a connection plans anew as the tables may have grown: when it is one second old, two, four,
 * and so on, and then every minute.
 */
export interface PlanAge<Connection> {
  /** Whether this connection should forget its plans now; then it is taken to do so. */
  isDue(connection: Connection): boolean;
}

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** `elapsed`: milliseconds on a clock that never jumps. */
export function createPlanAge<Connection extends object>(elapsed: () => number): PlanAge<Connection> {
  const known = new WeakMap<Connection, { readonly since: number; readonly dueAt: number }>();
  return {
    isDue(connection) {
      const now = elapsed();
      const age = known.get(connection);
      if (age === undefined) {
        known.set(connection, { since: now, dueAt: now + FIRST_MS });
        return false;
      }
      if (now < age.dueAt) return false;
      known.set(connection, { since: age.since, dueAt: now + Math.min(LONGEST_MS, now - age.since) });
      return true;
    },
  };
}
