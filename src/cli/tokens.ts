import type { NewTokenAnswer, TokenAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { printable } from './display-text.ts';
import { commaSeparated, flag, listOption, textOption } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { resolveId, TOKEN_ID } from './resolve-id.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { shortId } from './words.ts';

const create: CliCommand = {
  name: 'create',
  description: 'Make a token; it is shown this once',
  options: [
    { flags: '--name <text>', help: 'who or what uses it' },
    {
      flags: '--role <role>',
      help: 'viewer, support, on_call, config_admin or security_admin; may be repeated',
      many: true,
    },
    { flags: '--account <id>', help: 'an account it reaches; may be repeated', many: true },
    { flags: '--all-accounts', help: 'it reaches every account' },
    JSON_OPTION,
  ],
  more: 'The token alone goes to standard output, everything else to standard error: TOKEN=$(retour tokens create …).',
  async run({ options }, deps) {
    const name = textOption(options, 'name');
    const roles = commaSeparated(listOption(options, 'role'));
    const accounts = commaSeparated(listOption(options, 'account'));
    if (name === undefined) throw new CliError('Say who or what uses it: --name "refund service".');
    if (roles.length === 0)
      throw new CliError('Say what it may do: --role viewer (see "retour tokens create --help").');
    const everyAccount = flag(options, 'allAccounts');
    if (everyAccount && accounts.length > 0) {
      throw new CliError('--all-accounts and --account were both given: leave one of them out.');
    }
    if (!everyAccount && accounts.length === 0) {
      throw new CliError('Say which accounts it reaches: --account <id> (once for each), or --all-accounts.');
    }
    const api = connectApi(deps);
    const answer = await api.post<NewTokenAnswer>(
      '/v1/tokens',
      {},
      { name, roles, accounts: accounts.length > 0 ? accounts : 'all' },
    );
    if (options.json === true) return writeJson(deps, answer);
    deps.err(`${answer.id}, ${printable(answer.name)}: ${answer.roles.join(', ')} on ${reachOf(answer)}.\n`);
    deps.err('The token, shown this once:\n');
    return writeLine(deps, answer.token ?? '');
  },
};

function reachOf({ accounts }: TokenAnswer): string {
  return accounts === 'all' ? 'every account' : accounts.join(', ');
}

const list: CliCommand = {
  name: 'list',
  description: 'List tokens, newest first; never their secrets',
  options: [JSON_OPTION],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const found = await api.list<TokenAnswer>('/v1/tokens', {}, 10_000);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return writeLine(deps, "No token but the administrator's own.");
    deps.out(
      renderTable(
        [
          { title: 'TOKEN', text: row => shortId(row.id) },
          { title: 'NAME', text: row => row.name, shrinks: true },
          { title: 'ROLES', text: row => row.roles.join(' '), shrinks: true },
          { title: 'ACCOUNTS', text: reachOf, shrinks: true },
          {
            title: 'REVOKED',
            text: row => (row.revokedAt === null ? '' : ago(row.revokedAt, deps.now())),
            colour: () => 'red',
          },
          { title: 'MADE BY', text: row => row.createdBy, shrinks: true },
          { title: 'MADE', text: row => ago(row.createdAt, deps.now()) },
        ],
        found.data,
        deps,
      ),
    );
    return 0;
  },
};

const revoke: CliCommand = {
  name: 'revoke',
  description: 'Refuse a token from now on; it stays in the list',
  arguments: [{ name: '<id>', help: 'its id (tok_…), or a unique beginning or end of it; never the token itself' }],
  options: [JSON_OPTION],
  async run({ args, options }, deps) {
    // Somebody's shell history has the secret now, but not our messages.
    if (args[0]!.startsWith('rtk_')) {
      throw new CliError('This is a token, not its id: see "retour tokens list" for the id (tok_…).');
    }
    const api = connectApi(deps);
    const id = await resolveId(api, TOKEN_ID, args[0]!);
    const row = await api.delete<TokenAnswer>(`/v1/tokens/${id}`);
    if (options.json === true) return writeJson(deps, row);
    return writeLine(deps, `${row.id} (${printable(row.name)}) is refused from now on.`);
  },
};

export const tokens: CliGroup = {
  name: 'tokens',
  description: 'Make, list and revoke the tokens of the API (a token with the role security_admin)',
  options: [],
  commands: [create, list, revoke],
};
