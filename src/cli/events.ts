import type { EventAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { describeChange, describeNote } from './describe-change.ts';
import { tellNothing } from './nothing-fits.ts';
import { textOption, wholeOption } from './options.ts';
import { tellRest, writeJson } from './output.ts';
import { renderTable } from './table.ts';
import { shortId } from './words.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List everything that was recorded, in that order, oldest first',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--after <position>', help: 'only with a higher position (default 0: from the beginning)' },
    { flags: '--limit <n>', help: 'how many, 1 to 10000 (default 20)' },
    JSON_OPTION,
  ],
  more: 'Of one return: "retour returns timeline". The newest, and those to come: "retour listen --only facts".',
  async run({ options }, deps) {
    const api = connectApi(deps);
    const query = {
      account: textOption(options, 'account'),
      after: wholeOption(options, 'after', { least: 0, most: 999_999_999, otherwise: 0 }),
    };
    const limit = wholeOption(options, 'limit', { least: 1, most: 10_000, otherwise: 20 });
    const found = await api.list<EventAnswer>('/v1/events', query, limit);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No event fits.');
    deps.out(
      renderTable<EventAnswer>(
        [
          { title: 'POSITION', text: row => row.position, right: true },
          { title: 'HAPPENED', text: row => row.timestamp },
          { title: 'ACCOUNT', text: row => row.account, shrinks: true },
          { title: 'RETURN', text: row => shortId(row.returnId) },
          { title: 'SEQ', text: row => row.sequence, right: true },
          { title: 'EVENT', text: row => row.type, colour: () => 'cyan' },
          { title: 'WHAT', text: row => describeChange(row.change), shrinks: true },
          { title: 'NOTE', text: describeNote, colour: () => 'yellow' },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor, `go on with --after ${found.data.at(-1)!.position}`);
  },
};

export const events: CliGroup = {
  name: 'events',
  description: 'Look at what was recorded, over all returns',
  options: [],
  commands: [list],
};
