import { parentPort } from 'node:worker_threads';
import type { ReaderRequest } from '../../../src/storage/sqlite/reader.ts';

// Stands in for the reading thread: dies when it is told to.

parentPort!.on('message', ({ id, name, values }: ReaderRequest) => {
  if (values[0] === 'die') throw new Error('the thread died');
  parentPort!.postMessage({ id, value: 'alive' });
  if (name === 'close') parentPort!.close();
});
