/**
 * Writes `fixtures/<id>/outcomes.json` anew: `node test/conformance/lock-outcomes.ts [id …]`, all adapters without an id.
 * Refuses where an outcome changed and the adapter's `version` was not raised.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { fixturesOf, loadCases, readText } from './fixtures.ts';
import { changedOutcomes, lockOf, type OutcomeLock } from './outcome-lock.ts';

const wanted = process.argv.slice(2);
for (const { id, version } of [...adapters, ...exampleAdapters]) {
  if (wanted.length > 0 && !wanted.includes(id)) continue;
  const directory = fixturesOf(id);
  const file = new URL('outcomes.json', directory);
  const after = lockOf(version, loadCases(directory));
  const before = existsSync(file) ? (JSON.parse(readText(directory, 'outcomes.json')) as OutcomeLock) : null;
  const changed = before === null ? [] : changedOutcomes(before, after);
  if (changed.length > 0) {
    process.stderr.write(`${id}: raise its version first, these outcomes changed: ${changed.join(', ')}\n`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(file, `${JSON.stringify(after, null, 2)}\n`);
  process.stdout.write(`${id}: ${Object.keys(after.cases).length} outcomes at version ${version}\n`);
}
