import type { AdapterAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { MOST_CONFIGURED } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { showAdapter } from './show-adapter.ts';
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
          { title: 'FETCHES', text: row => (row.fetches ? 'yes' : '') },
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

const show: CliCommand = {
  name: 'show',
  description: 'Show one: how its provider is connected, what its words become, what stays out',
  arguments: [{ name: '<adapter>', help: 'its id, as "adapters list" prints it' }],
  options: [JSON_OPTION],
  more: 'BECOMES: all that a word may become. description: part of the return, no event. The same for every provider: docs/providers.md.',
  async run({ args, options }, deps) {
    const { data } = await connectApi(deps).list<AdapterAnswer>('/v1/adapters', {}, MOST_CONFIGURED);
    const found = data.find(({ id }) => id === args[0]);
    if (found === undefined) throw noAdapter(args[0]!, data);
    if (options.json === true) return writeJson(deps, found);
    deps.out(showAdapter(found, deps));
    return 0;
  },
};

function noAdapter(given: string, there: readonly AdapterAnswer[]): CliError {
  return new CliError(`The gateway has no adapter "${given}". It has: ${there.map(({ id }) => id).join(', ')}.`);
}

function redeliversFor({ webhook }: AdapterAnswer): string {
  const hours = webhook?.redeliveryHours ?? null;
  return hours === null ? '' : `${hours} h`;
}

export const adapters: CliGroup = {
  name: 'adapters',
  description: 'Look at the adapters, which speak for the providers',
  options: [],
  commands: [list, show],
};
