import type { InboundAnswer, InboundSummary, ReplayAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { tellNothing } from './nothing-fits.ts';
import { instantOption, textOption, wholeOption } from './options.ts';
import { tellRest, writeJson } from './output.ts';
import { INBOUND_ID, resolveId } from './resolve-id.ts';
import { showInbound } from './show-inbound.ts';
import { showReplay } from './show-replay.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { formatBytes, shortId, stateColour } from './words.ts';

const ID = { name: '<id>', help: 'its id (inb_…), or a unique beginning or end of it' };

const list: CliCommand = {
  name: 'list',
  description: 'List what providers sent and the gateway kept, last received first',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--connection <name>', help: 'only of this connection' },
    {
      flags: '--state <state>',
      help: 'received, waiting, recorded, ignored, unrecognized, unreadable, failed or held',
    },
    { flags: '--fingerprint <cause>', help: 'only what failed for this cause' },
    { flags: '--since <time>', help: 'only received after it: 30m, 2h, 3d, or a time with its zone' },
    { flags: '--limit <n>', help: 'how many, 1 to 10000 (default 20)' },
    JSON_OPTION,
  ],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const query = {
      ...Object.fromEntries(
        ['account', 'connection', 'state', 'fingerprint'].map(name => [name, textOption(options, name)]),
      ),
      receivedAfter: instantOption(options, 'since', deps.now()),
    };
    const limit = wholeOption(options, 'limit', { least: 1, most: 10_000, otherwise: 20 });
    const found = await api.list<InboundSummary>('/v1/inbound', query, limit);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'Nothing that was kept fits.');
    deps.out(
      renderTable(
        [
          { title: 'REQUEST', text: row => shortId(row.id) },
          { title: 'STATE', text: row => row.state, colour: row => stateColour(row.state) },
          { title: 'CONNECTION', text: row => `${row.account}/${row.connection}`, shrinks: true },
          { title: 'RETURN', text: row => row.returnIds.map(shortId).join(', '), shrinks: true },
          { title: 'BODY', text: row => formatBytes(row.bodyBytes), right: true },
          { title: 'CAUSE', text: row => row.fingerprint, shrinks: true },
          { title: 'RECEIVED', text: row => ago(row.receivedAt, deps.now()) },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

const show: CliCommand = {
  name: 'show',
  description: 'Show one kept request: who sent it, what it says, what became of it',
  arguments: [ID],
  options: [
    { flags: '--raw', help: 'write the bytes of the body, exactly as they came, and nothing else' },
    JSON_OPTION,
  ],
  more: 'Below the role on_call the body is not shown: bodies hold personal data.',
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, INBOUND_ID, args[0]!);
    const row = await api.get<InboundAnswer>(`/v1/inbound/${id}`);
    if (options.raw === true) {
      if (row.body === null) throw new CliError(whyNoBody(row));
      deps.outBytes(Buffer.from(row.body, 'base64'));
      return 0;
    }
    if (options.json === true) return writeJson(deps, row);
    deps.out(showInbound(row, deps.now(), deps));
    return 0;
  },
};

function whyNoBody({ id, bytesErasedAt }: InboundAnswer): string {
  if (bytesErasedAt !== null) return `The bytes of ${id} were erased at ${bytesErasedAt}.`;
  return 'Your token may not see bodies, because they hold personal data: use one with the role on_call.';
}

const replay: CliCommand = {
  name: 'replay',
  description: 'Read a kept request again with the present adapter, and say what that changes',
  arguments: [ID],
  options: [{ flags: '--dry-run', help: 'only say what would change; nothing is written or sent' }, JSON_OPTION],
  more: 'Exit 2: it cannot be read, or (with --dry-run) reading it again would change something.',
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, INBOUND_ID, args[0]!);
    const query = { dryRun: options.dryRun === true ? 'true' : 'false' };
    const answer = await api.post<ReplayAnswer>(`/v1/inbound/${id}/replay`, query);
    if (options.json === true) writeJson(deps, answer);
    else deps.out(showReplay(answer, deps));
    return isFinding(answer) ? 2 : 0;
  },
};

function isFinding({ outcome, dryRun }: ReplayAnswer): boolean {
  return outcome === 'still_failing' || outcome === 'bytes_gone' || (dryRun && outcome !== 'identical');
}

export const inbound: CliGroup = {
  name: 'inbound',
  description: 'Look at what providers sent, and read it again',
  options: [],
  commands: [list, show, replay],
};
