import type { AttemptAnswer } from './answers.ts';

/** The answer where there was one, else what happened instead. */
export function describeAttempt({ outcome, status }: Pick<AttemptAnswer, 'outcome' | 'status'>): string {
  return status === null ? outcome : String(status);
}
