import { expect, it } from 'vitest';
import { createPlanAge } from '../../../src/storage/postgres/plan-age.ts';

it('lets a connection plan anew at twice its age, and then every minute', () => {
  let now = 5000;
  const plans = createPlanAge(() => now);
  const [connection, other] = [{}, {}];
  const due: number[] = [];

  for (; now <= 305_000; now += 100) if (plans.isDue(connection)) due.push(now - 5000);

  expect(due.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 124_000]);
  expect(plans.isDue(other)).toBe(false);
});
