import { type DestinationStream, type Logger, pino } from 'pino';
import { GatewayError } from '../gateway-error.ts';

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

/**
 * What may be logged of an exception. One that passes by itself, such as a store that is away, says why in the gateway's
 * own sentence and no more: every request of an outage tells it. Of any other: name, code and where it was thrown, for
 * its message may quote a body.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  if (error instanceof GatewayError && error.retryable) {
    const cause = error.cause instanceof Error ? { cause: nameAndCode(error.cause) } : {};
    return { ...nameAndCode(error), reason: error.message, ...cause };
  }
  const frames = error.stack
    ?.split('\n')
    .filter(line => line.trimStart().startsWith('at '))
    .slice(0, 6)
    .map(line => line.trim());
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { ...nameAndCode(error), at: frames, ...cause };
}

function nameAndCode(error: Error): Record<string, unknown> {
  return { error: error.name, ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}) };
}
