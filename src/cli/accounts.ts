import type { AccountAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { MOST_CONFIGURED } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { renderTable } from './table.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List the accounts that the token reaches, as they are in force',
  options: [JSON_OPTION],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const found = await api.list<AccountAnswer>('/v1/accounts', {}, MOST_CONFIGURED);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return writeLine(deps, 'No account is configured.');
    deps.out(
      renderTable<AccountAnswer>(
        [
          { title: 'ACCOUNT', text: row => row.id },
          { title: 'NAME', text: row => row.name, shrinks: true },
          { title: 'TIER', text: row => row.tier },
          { title: 'OWNER', text: row => row.owner, shrinks: true },
          { title: 'TIMEZONE', text: row => row.timezone },
          { title: 'CURRENCY', text: row => row.currency },
          { title: 'CONNECTIONS', text: row => row.connections.join(' '), shrinks: true },
          { title: 'DESTINATIONS', text: row => row.destinations.join(' '), shrinks: true },
        ],
        found.data,
        deps,
      ),
    );
    return 0;
  },
};

export const accounts: CliGroup = {
  name: 'accounts',
  description: 'Look at the accounts',
  options: [],
  commands: [list],
};
