import type { FindingAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { printable } from './display-text.ts';
import { tellNothing } from './nothing-fits.ts';
import { instantOption, textOption, wholeOption } from './options.ts';
import { tellRest, writeJson, writeLine } from './output.ts';
import { FINDING_ID, resolveId } from './resolve-id.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { shortId, stateColour, words } from './words.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List what changed about what providers send, what fell silent, and what could not be fetched',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--connection <name>', help: 'only of this connection' },
    {
      flags: '--kind <kind>',
      help: 'new_field, vanished_field, new_code, new_type, silent_connection, silent_stage, fetch_refused or fetch_given_up',
    },
    { flags: '--state <state>', help: 'open, closed or all (default open)' },
    { flags: '--since <time>', help: 'only last seen after it: 30m, 2h, 3d, or a time with its zone' },
    { flags: '--limit <n>', help: 'how many, 1 to 10000 (default 20)' },
    JSON_OPTION,
  ],
  more: 'What each kind means and what to do: docs/findings.md.',
  async run({ options }, deps) {
    const api = connectApi(deps);
    const state = textOption(options, 'state') ?? 'open';
    const query = {
      ...Object.fromEntries(['account', 'connection', 'kind'].map(name => [name, textOption(options, name)])),
      state: state === 'all' ? undefined : state,
      seenAfter: instantOption(options, 'since', deps.now()),
    };
    const limit = wholeOption(options, 'limit', { least: 1, most: 10_000, otherwise: 20 });
    const found = await api.list<FindingAnswer>('/v1/findings', query, limit);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No finding fits.');
    deps.out(
      renderTable<FindingAnswer>(
        [
          { title: 'FINDING', text: row => shortId(row.id) },
          { title: 'KIND', text: row => words(row.kind) },
          { title: 'STATE', text: row => row.state, colour: row => stateColour(row.state) },
          { title: 'CONNECTION', text: row => `${row.account}/${row.connection}`, shrinks: true },
          { title: 'SUBJECT', text: row => row.subject, shrinks: true },
          { title: 'COUNT', text: row => row.count, right: true },
          { title: 'LAST SEEN', text: row => ago(row.lastSeenAt, deps.now()) },
          { title: 'DETAIL', text: row => describeDetail(row.detail), shrinks: true },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

const close: CliCommand = {
  name: 'close',
  description: 'Close a finding that somebody has looked at; it opens again when it is seen once more',
  arguments: [{ name: '<id>', help: 'its id (fnd_…), or a unique beginning or end of it' }],
  options: [JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, FINDING_ID, args[0]!);
    const row = await api.post<FindingAnswer>(`/v1/findings/${id}/close`);
    if (options.json === true) return writeJson(deps, row);
    return writeLine(deps, `${row.id} is closed: ${words(row.kind)}, ${printable(row.subject)}.`);
  },
};

/** `of notices 412, sample string AAA-999`; ids as in lists. */
export function describeDetail(detail: FindingAnswer['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'string' && /^[a-z]{3}_[0-9a-z]{26}$/.test(value)) return shortId(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(valueText).join(' ');
}

export const findings: CliGroup = {
  name: 'findings',
  description: 'Look at what changed or fell silent at providers',
  options: [],
  commands: [list, close],
};
