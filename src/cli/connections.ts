import type { ConnectionAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { tellNothing } from './nothing-fits.ts';
import { MOST_CONFIGURED, textOption } from './options.ts';
import { writeJson } from './output.ts';
import { renderTable } from './table.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List connections with the URL to type at each provider',
  options: [{ flags: '--account <id>', help: 'only of this account' }, JSON_OPTION],
  more: 'With --json also the settings in force, and how many secrets there are; never a secret.',
  async run({ options }, deps) {
    const api = connectApi(deps);
    const query = { account: textOption(options, 'account') };
    const found = await api.list<ConnectionAnswer>('/v1/connections', query, MOST_CONFIGURED);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No connection fits.');
    deps.out(
      renderTable<ConnectionAnswer>(
        [
          { title: 'CONNECTION', text: row => `${row.account}/${row.name}` },
          { title: 'ADAPTER', text: row => `${row.adapter.id} ${row.adapter.version}`, shrinks: true },
          { title: 'ANSWERS', text: row => row.acknowledgeWith, right: true },
          { title: 'WEBHOOK URL', text: row => row.webhookUrl ?? 'takes none' },
        ],
        found.data,
        deps,
      ),
    );
    return 0;
  },
};

export const connections: CliGroup = {
  name: 'connections',
  description: 'Look at the connections to providers',
  options: [],
  commands: [list],
};
