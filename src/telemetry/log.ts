import { type DestinationStream, type Logger, pino } from 'pino';

/** JSON lines on stdout. Each step emits one line, at its end, with everything known; never a body, a secret or a shopper. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export function createLog(stream?: DestinationStream, level = 'info'): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return stream === undefined ? pino(options) : pino(options, stream);
}

/** What may be logged of an exception: its name, code and where it was thrown. Messages may quote a body. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error ? error.code : undefined;
  const frames = error.stack
    ?.split('\n')
    .filter(line => line.trimStart().startsWith('at '))
    .slice(0, 6)
    .map(line => line.trim());
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { error: error.name, ...(typeof code === 'string' ? { code } : {}), at: frames, ...cause };
}
