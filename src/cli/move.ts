import { readEnvironment } from '../config/load-config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { MoveProgress } from '../storage/move/move-table.ts';
import { storeOf } from '../storage/store-url.ts';
import { type CliCommand, type CliDeps, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { textOption } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { typedPath } from './typed-path.ts';
import { plural } from './words.ts';

export const move: CliCommand = {
  name: 'move',
  description: 'Copy a stopped SQLite store into an empty PostgreSQL database, and compare both',
  options: [
    { flags: '--from <url>', help: 'sqlite:path of the store' },
    { flags: '--to <url>', help: 'postgres://… of the empty database (default RETOUR_DATABASE_URL)' },
    JSON_OPTION,
  ],
  more: [
    'The gateway must be stopped. The old store is only read, and stays as it is.',
    'Everything is one transaction: whatever interrupts it, nothing is kept, and it is simply started again.',
    'A password typed behind --to is seen by whoever lists processes: rather set RETOUR_DATABASE_URL for this command.',
  ].join('\n'),
  async run({ options }, deps) {
    const { moveStore } = await import('../storage/move/move-store.ts');
    const path = fromOf(textOption(options, 'from'), deps);
    const typed = textOption(options, 'to');
    const to = storeOf(typed ?? readEnvironment(deps.env).databaseUrl);
    if (to.kind !== 'postgres') {
      throw new CliError('--to, or RETOUR_DATABASE_URL, names the database to move into: postgres://….');
    }
    const moved = await moveStore({
      path,
      url: to.url,
      signal: deps.interrupted(),
      onProgress: teller(deps),
    }).catch(error => {
      throw inWords(error, path, typed !== undefined);
    });
    if (options.json === true) return writeJson(deps, { from: path, to: moved.place, ...moved });
    const { place, tables, rows, returns, stateDigest } = moved;
    writeLine(deps, `${path} → ${place}: ${plural(rows, 'row')} in ${tables.length} tables, read back and the same.`);
    writeLine(deps, `State of ${plural(returns, 'return')} on both sides: sha256 ${stateDigest}`);
    return writeLine(deps, `Start the gateway on the new store; ${path} is as it was.`);
  },
};

/** A relative path begins where it was typed. */
function fromOf(typed: string | undefined, deps: CliDeps): string {
  const path = /^sqlite:(.+)$/.exec(typed ?? '')?.[1];
  if (path !== undefined) return typedPath(path, deps);
  throw new CliError('--from names the store that is moved: --from sqlite:path/to/retour.db.');
}

const EVERY_MS = 5000;

/** On standard error, a line now and then: what it found is the output. */
function teller(deps: CliDeps): (progress: MoveProgress) => void {
  let toldAtMs = deps.now();
  return ({ step, table, rows, of }) => {
    if (deps.now() - toldAtMs < EVERY_MS) return;
    toldAtMs = deps.now();
    const what = step === 'copy' ? 'copied' : 'compared';
    deps.err(`${table}: ${rows.toLocaleString('en')} of ${plural(of, 'row')} ${what}\n`);
  };
}

function inWords(error: unknown, path: string, isTyped: boolean): unknown {
  if (error instanceof Error && error.name === 'AbortError') {
    return new CliError('Interrupted: nothing was kept. Both stores are as they were; start it again.', {
      cause: error,
    });
  }
  if (!(error instanceof GatewayError)) return error;
  if (error.code === 'STORE_LOCKED') {
    return new CliError(`A gateway has the store ${path} open: stop it first, then move.`, { cause: error });
  }
  if (!isTyped) return error;
  return new GatewayError(error.code, error.message.replaceAll('RETOUR_DATABASE_URL', '--to'), { cause: error });
}
