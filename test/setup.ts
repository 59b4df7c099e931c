import { afterAll, expect } from 'vitest';

// An unhandled rejection fails the file it happened in, even where a test has long passed.
const rejections: unknown[] = [];
process.on('unhandledRejection', reason => rejections.push(reason));

afterAll(() => {
  expect(rejections, 'unhandled rejections').toEqual([]);
});
