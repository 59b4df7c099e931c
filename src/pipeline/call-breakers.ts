import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';

/** In a row, until a provider is left alone. */
const FAILURES = 5;
/** Then one call is let through, to see whether it is well again. */
const TRIAL_AFTER_MS = 30_000;

/** A provider that fails in a row is left alone for a while: one breaker per key, of this process. */
export interface CallBreakers {
  /** The call's result, or `null`: it was not made. */
  run<Result>(key: string, call: () => Promise<Result>): Promise<Result | null>;
}

/** `isTrouble`: whether a result says that the provider is not well. */
export function createCallBreakers(isTrouble: (result: unknown) => boolean): CallBreakers {
  const breakers = new Map<string, CircuitBreakerPolicy>();

  function breakerOf(key: string): CircuitBreakerPolicy {
    const known = breakers.get(key);
    if (known !== undefined) return known;
    const made = circuitBreaker(handleWhenResult(isTrouble), {
      halfOpenAfter: TRIAL_AFTER_MS,
      breaker: new ConsecutiveBreaker(FAILURES),
    });
    breakers.set(key, made);
    return made;
  }

  return {
    async run(key, call) {
      try {
        return await breakerOf(key).execute(call);
      } catch (error) {
        if (error instanceof BrokenCircuitError) return null;
        throw error;
      }
    },
  };
}
