import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Distribution, distribution } from './load.ts';

/** What one notice needs at least: its bytes, and then what they mean. */
const SYNCED_WRITES = 2;
const WRITE_BYTES = 8 * 1024;
/** The file is written round and round, as a write-ahead log is. */
const FILE_BYTES = 16 * 1024 * 1024;

/**
 * What the disk alone costs: `rate` times a second two small writes, each synced, by a process that does nothing else.
 * Latencies count from the intended start. No gateway on this disk answers faster than this.
 */
export async function disk(directory: string, rate: number, seconds: number): Promise<Distribution> {
  const file = openSync(join(directory, 'disk-alone'), 'w');
  const block = Buffer.alloc(WRITE_BYTES, 1);
  const blocks = FILE_BYTES / WRITE_BYTES;
  try {
    for (let at = 0; at < blocks; at += 1) writeSync(file, block, 0, WRITE_BYTES, at * WRITE_BYTES);
    fdatasyncSync(file);
    const latencies: number[] = [];
    const startedAt = performance.now();
    for (let nth = 0; nth < rate * seconds; nth += 1) {
      const dueAt = startedAt + (nth / rate) * 1000;
      const wait = dueAt - performance.now();
      if (wait > 1) await new Promise(resolve => setTimeout(resolve, wait));
      for (let write = 0; write < SYNCED_WRITES; write += 1) {
        writeSync(file, block, 0, WRITE_BYTES, ((nth * SYNCED_WRITES + write) % blocks) * WRITE_BYTES);
        fdatasyncSync(file);
      }
      latencies.push(performance.now() - dueAt);
    }
    return distribution(latencies);
  } finally {
    closeSync(file);
  }
}
