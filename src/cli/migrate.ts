import { readEnvironment } from '../config/load-config.ts';
import type { StoreVersion } from '../storage/migrate-store.ts';
import { type CliCommand, JSON_OPTION } from './cli-command.ts';
import { flag } from './options.ts';
import { writeJson, writeLine } from './output.ts';

export const migrate: CliCommand = {
  name: 'migrate',
  description: 'Bring the store to the version of this program, as a start does by itself',
  options: [
    { flags: '--check', help: 'say what is pending and change nothing (exit 2 where something is)' },
    JSON_OPTION,
  ],
  more: [
    'Reads RETOUR_DATABASE_URL. Several at once are safe: one migrates, the others find it done.',
    'An SQLite store must not be open in a gateway. There is no way back but a backup.',
  ].join('\n'),
  async run({ options }, deps) {
    const { inspectVersion, migrateStore } = await import('../storage/migrate-store.ts');
    const { databaseUrl } = readEnvironment(deps.env);
    const check = flag(options, 'check');
    const found = check ? await inspectVersion(databaseUrl) : await migrateStore(databaseUrl);
    if (options.json === true) writeJson(deps, found);
    else writeLine(deps, check ? whatIsPending(found) : whatWasDone(found));
    return check && found.pending.length > 0 ? 2 : 0;
  },
};

function whatIsPending({ store, version, knownVersion, pending }: StoreVersion): string {
  if (pending.length === 0) return `${store} has version ${version}, the newest.`;
  const now = version === 0 ? 'is empty' : `has version ${version}`;
  return `${store} ${now}; the next start, or "retour migrate", brings it to version ${knownVersion}: ${namesOf(pending)}.`;
}

function whatWasDone({ store, version, knownVersion, pending }: StoreVersion): string {
  if (pending.length === 0) return `${store} has version ${version}, the newest: nothing to do.`;
  const before = version === 0 ? 'it was empty' : `it had version ${version}`;
  return `${store} has version ${knownVersion} now (${before}): ${namesOf(pending)}.`;
}

function namesOf(migrations: StoreVersion['pending']): string {
  return migrations
    .map(({ number, name }) => `${String(number).padStart(4, '0')} ${name.replaceAll('_', ' ')}`)
    .join(', ');
}
