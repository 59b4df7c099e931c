import type { RejectionAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { describeEvidence } from './explain-verification.ts';
import { tellNothing } from './nothing-fits.ts';
import { textOption, wholeOption } from './options.ts';
import { tellRest, writeJson } from './output.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { formatBytes, shortId } from './words.ts';

const list: CliCommand = {
  name: 'list',
  description: 'List refused webhooks and why, last received first (a token with the role security_admin)',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--connection <name>', help: 'only of this connection' },
    { flags: '--limit <n>', help: 'how many, 1 to 1000 (default 20)' },
    JSON_OPTION,
  ],
  more: 'The body of a refused webhook is not kept. To learn more, capture one and give it to "retour verify".',
  async run({ options }, deps) {
    const api = connectApi(deps);
    const query = { account: textOption(options, 'account'), connection: textOption(options, 'connection') };
    const limit = wholeOption(options, 'limit', { least: 1, most: 1000, otherwise: 20 });
    const found = await api.list<RejectionAnswer>('/v1/rejections', query, limit);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No webhook was refused.');
    deps.out(
      renderTable<RejectionAnswer>(
        [
          { title: 'REFUSED', text: row => shortId(row.id) },
          { title: 'REASON', text: row => row.reason, colour: () => 'yellow' },
          { title: 'CONNECTION', text: row => `${row.account}/${row.connection}`, shrinks: true },
          { title: 'EVIDENCE', text: describeEvidence, shrinks: true },
          { title: 'BODY', text: row => formatBytes(row.bodyBytes), right: true },
          { title: 'RECEIVED', text: row => ago(row.receivedAt, deps.now()) },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

export const rejections: CliGroup = {
  name: 'rejections',
  description: 'Look at webhooks that were refused',
  options: [],
  commands: [list],
};
