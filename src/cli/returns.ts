import type { HistoryAnswer, ReturnAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { describeChange, describeNote } from './describe-change.ts';
import { tellNothing } from './nothing-fits.ts';
import { instantOption, textOption, wholeOption } from './options.ts';
import { tellRest, writeJson, writeLine } from './output.ts';
import { resolveReturn } from './resolve-id.ts';
import { showReturn } from './show-return.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { formatMoney, plural, shortId, stateColour, words } from './words.ts';

const LIMIT = { least: 1, most: 10_000, otherwise: 20 };

const list: CliCommand = {
  name: 'list',
  description: 'List returns, last updated first',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--connection <name>', help: 'only of this connection' },
    { flags: '--status <status>', help: 'only with this headline: requested, authorized, in_transit, received, …' },
    { flags: '--provider <adapter>', help: 'only of this adapter' },
    { flags: '--order <number>', help: 'only with this order number' },
    { flags: '--rma <number>', help: 'only with this RMA number' },
    { flags: '--tracking <number>', help: 'only with this tracking number' },
    { flags: '--email <address>', help: 'only of this shopper (a token with the role support)' },
    { flags: '--since <time>', help: 'only updated after it: 30m, 2h, 3d, or a time with its zone' },
    { flags: '--limit <n>', help: 'how many, 1 to 10000 (default 20)' },
    JSON_OPTION,
  ],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const filter = ['account', 'connection', 'status', 'provider', 'order', 'rma', 'tracking', 'email'];
    const query = {
      ...Object.fromEntries(filter.map(name => [name, textOption(options, name)])),
      updatedAfter: instantOption(options, 'since', deps.now()),
    };
    const found = await api.list<ReturnAnswer>('/v1/returns', query, wholeOption(options, 'limit', LIMIT));
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No return fits.');
    deps.out(
      renderTable(
        [
          { title: 'RETURN', text: row => shortId(row.id) },
          { title: 'STATUS', text: row => row.status, colour: row => stateColour(row.status) },
          { title: 'ACCOUNT', text: row => row.account, shrinks: true },
          { title: 'RMA', text: row => row.rmaNumber, shrinks: true },
          { title: 'ORDER', text: row => row.orders.map(order => order.number).join(', '), shrinks: true },
          { title: 'ITEMS', text: unitsOf, right: true },
          { title: 'SETTLED', text: settledOf, shrinks: true },
          { title: 'LOOK AT', text: troubleOf, colour: () => 'yellow' },
          { title: 'UPDATED', text: row => ago(row.updatedAt, deps.now()) },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

function unitsOf({ items }: ReturnAnswer): number {
  return items.reduce((sum, { quantities }) => sum + Math.max(quantities.requested, quantities.received), 0);
}

function settledOf({ settlements }: ReturnAnswer): string {
  return settlements
    .map(({ kind, state, amount }) => `${words(kind)} ${state}${amount === null ? '' : ` ${formatMoney(amount)}`}`)
    .join(', ');
}

function troubleOf({ anomalies, exceptions }: ReturnAnswer): string {
  const parts = [
    anomalies.length > 0 ? plural(anomalies.length, 'anomaly', 'anomalies') : '',
    exceptions.length > 0 ? plural(exceptions.length, 'exception') : '',
  ];
  return parts.filter(part => part !== '').join(', ');
}

const show: CliCommand = {
  name: 'show',
  description: 'Show one return as now known',
  arguments: [
    { name: '<return>', help: 'its id, a unique beginning or end of it, or its RMA, order or tracking number' },
  ],
  options: [JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveReturn(api, args[0]!);
    const found = await api.get<ReturnAnswer>(`/v1/returns/${id}`);
    if (options.json === true) return writeJson(deps, found);
    if (found.id !== id) writeLine(deps, `${id} proved to be the same return as ${found.id}.`);
    deps.out(showReturn(found, deps.now(), deps));
    return 0;
  },
};

function sourceOf({ provenance: { inboundIds, trust } }: HistoryAnswer): string {
  const [first] = inboundIds;
  return first === undefined || trust === undefined ? '' : `${shortId(first)} (${trust})`;
}

const timeline: CliCommand = {
  name: 'timeline',
  description: 'Show everything recorded of one return, in the order it was recorded',
  arguments: show.arguments!,
  options: [{ flags: '--limit <n>', help: 'how many, 1 to 10000 (default 200)' }, JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveReturn(api, args[0]!);
    const limit = wholeOption(options, 'limit', { ...LIMIT, otherwise: 200 });
    const found = await api.list<HistoryAnswer>(`/v1/returns/${id}/events`, {}, limit);
    if (options.json === true) return writeJson(deps, found);
    deps.out(
      renderTable<HistoryAnswer>(
        [
          { title: 'SEQ', text: row => row.sequence, right: true },
          { title: 'HAPPENED', text: row => row.timestamp },
          { title: 'EVENT', text: row => row.type, colour: () => 'cyan' },
          { title: 'WHAT', text: row => describeChange(row.change), shrinks: true },
          { title: 'NOTE', text: describeNote, colour: () => 'yellow' },
          { title: 'TOLD BY', text: sourceOf },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

export const returns: CliGroup = {
  name: 'returns',
  description: 'Look at returns',
  options: [],
  commands: [list, show, timeline],
};
