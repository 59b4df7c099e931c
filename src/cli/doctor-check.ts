/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do; `null` where nothing is to be done. */
  readonly remedy: string | null;
}

export function ok(name: string, message: string): Check {
  return { name, state: 'ok', message, remedy: null };
}

export function warn(name: string, message: string, remedy: string): Check {
  return { name, state: 'warn', message, remedy };
}

export function fail(name: string, message: string, remedy: string): Check {
  return { name, state: 'fail', message, remedy };
}
