import { install } from 'undici';
import { afterAll, expect } from 'vitest';

install(); // as the process does at its entry

// An unhandled rejection fails the file it happened in, even where a test has long passed.
const rejections: unknown[] = [];
process.on('unhandledRejection', reason => rejections.push(reason));

afterAll(() => {
  expect(rejections, 'unhandled rejections').toEqual([]);
});
