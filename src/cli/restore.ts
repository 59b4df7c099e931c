import { GatewayError } from '../gateway-error.ts';
import { type CliCommand, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { writeJson, writeLine } from './output.ts';
import { storePath } from './store-path.ts';
import { typedPath } from './typed-path.ts';
import { plural } from './words.ts';

export const restore: CliCommand = {
  name: 'restore',
  description: 'Put a backup in the place of the store; what stood there is kept beside it',
  arguments: [{ name: '<file>', help: 'a file made by "retour backup"' }],
  options: [JSON_OPTION],
  more: [
    'The gateway must be stopped. The backup is checked first, and stays where it is.',
    'What came in after the backup is not in it: providers that redeliver are taken for new, and what was sent since',
    'is sent again with the same webhook-id, which receivers know.',
  ].join('\n'),
  async run({ args, options }, deps) {
    const { restore: putBack } = await import('../storage/sqlite/backup.ts');
    const path = storePath(deps, 'pg_restore into an empty database');
    const file = typedPath(args[0]!, deps);
    const stamp = new Date(deps.now())
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replaceAll(/[-:]/g, '');
    const { facts, kept } = await putBack(file, path, `replaced-${stamp}`).catch(error => {
      if (!(error instanceof GatewayError) || error.code !== 'STORE_LOCKED') throw error;
      throw new CliError(`A gateway has the store ${path} open: stop it first, then restore.`, { cause: error });
    });
    if (options.json === true) return writeJson(deps, { store: path, file, kept, ...facts });
    const { version, knownVersion, inbound, returns } = facts;
    const raised = version < knownVersion ? `; the next start raises it to version ${knownVersion}` : '';
    writeLine(
      deps,
      `${path} is the backup now: ${plural(inbound, 'request')}, ${plural(returns, 'return')} (store version ${version}${raised}).`,
    );
    return writeLine(deps, kept === null ? 'There was no store before.' : `What stood there is ${kept} now.`);
  },
};
