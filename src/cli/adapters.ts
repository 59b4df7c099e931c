import type { AdapterAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { MOST_CONFIGURED } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { renderTable } from './table.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List the providers that the gateway can speak to',
  options: [JSON_OPTION],
  more: 'EVIDENCE: what the adapter was built and tried against. REDELIVERS: for how long the provider is documented to.',
  async run({ options }, deps) {
    const api = connectApi(deps);
    const found = await api.list<AdapterAnswer>('/v1/adapters', {}, MOST_CONFIGURED);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return writeLine(deps, 'The gateway has no adapter.');
    deps.out(
      renderTable<AdapterAnswer>(
        [
          { title: 'ADAPTER', text: row => row.id },
          { title: 'VERSION', text: row => row.version, right: true },
          { title: 'PROVIDER', text: row => row.label, shrinks: true },
          { title: 'EVIDENCE', text: row => row.evidence },
          { title: 'WEBHOOKS', text: row => (row.webhook === null ? 'takes none' : 'takes them') },
          { title: 'REDELIVERS', text: redeliversFor },
          { title: 'DOCS', text: row => row.docs.join(' '), shrinks: true },
        ],
        found.data,
        deps,
      ),
    );
    return 0;
  },
};

function redeliversFor({ webhook }: AdapterAnswer): string {
  const hours = webhook?.redeliveryHours ?? null;
  return hours === null ? '' : `${hours} h`;
}

export const adapters: CliGroup = {
  name: 'adapters',
  description: 'Look at the adapters, which speak for the providers',
  options: [],
  commands: [list],
};
