import { type CliCommand, JSON_OPTION } from './cli-command.ts';
import { writeJson, writeLine } from './output.ts';
import { storePath } from './store-path.ts';
import { typedPath } from './typed-path.ts';
import { formatBytes, plural } from './words.ts';

export const backup: CliCommand = {
  name: 'backup',
  description: 'Copy the store into one file, beside a running gateway, and check the copy',
  arguments: [{ name: '<file>', help: 'a new file; nothing is ever overwritten' }],
  options: [JSON_OPTION],
  more: 'Reads the SQLite store of RETOUR_DATABASE_URL (for PostgreSQL: pg_dump). The copy holds personal data and can be read by its owner alone.',
  async run({ args, options }, deps) {
    const { backUp } = await import('../storage/sqlite/backup.ts');
    const path = storePath(deps, 'pg_dump, or continuous archiving');
    const file = typedPath(args[0]!, deps);
    const facts = await backUp(path, file);
    if (options.json === true) return writeJson(deps, { store: path, file, ...facts });
    const { bytes, version, inbound, returns } = facts;
    return writeLine(
      deps,
      `${file}: ${formatBytes(bytes)}, every page checked (store version ${version}, ${plural(inbound, 'request')}, ${plural(returns, 'return')}).`,
    );
  },
};
