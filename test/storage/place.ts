import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LogSync } from '../../src/storage/sqlite/log-sync.ts';

/** A folder of this test's own, removed when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'retour-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in memory has no log to bring to disk. */
export const NO_LOG: LogSync = { committed() {}, requireWhole() {}, async lasting() {}, close() {} };
