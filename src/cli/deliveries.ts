import type { AttemptAnswer, DeliveryAnswer, DeliveryDetailAnswer } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliDeps, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { describeAttempt } from './describe-attempt.ts';
import { paint, printable } from './display-text.ts';
import { tellNothing } from './nothing-fits.ts';
import { textOption, wholeOption } from './options.ts';
import { tellRest, writeJson } from './output.ts';
import { redeliver } from './redeliver.ts';
import { DELIVERY_ID, resolveId, resolveReturn } from './resolve-id.ts';
import { type Column, renderFields, renderTable } from './table.ts';
import { ago, exactly } from './times.ts';
import { shortId, stateColour } from './words.ts';

const ID = { name: '<id>', help: 'its id (dlv_…), or a unique beginning or end of it' };

const list: CliCommand = {
  name: 'list',
  description: 'List what was or will be sent, last created first',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--destination <name>', help: 'only to this destination' },
    { flags: '--state <state>', help: 'pending, delivering, delivered, exhausted, held or cancelled' },
    { flags: '--return <return>', help: 'only of this return' },
    { flags: '--limit <n>', help: 'how many, 1 to 10000 (default 20)' },
    JSON_OPTION,
  ],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const ofReturn = textOption(options, 'return');
    const query = {
      account: textOption(options, 'account'),
      destination: textOption(options, 'destination'),
      state: textOption(options, 'state'),
      returnId: ofReturn === undefined ? undefined : await resolveReturn(api, ofReturn),
    };
    const limit = wholeOption(options, 'limit', { least: 1, most: 10_000, otherwise: 20 });
    const found = await api.list<DeliveryAnswer>('/v1/deliveries', query, limit);
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No delivery fits.');
    deps.out(
      renderTable(
        [
          { title: 'DELIVERY', text: row => shortId(row.id) },
          { title: 'STATE', text: row => row.state, colour: row => stateColour(row.state) },
          { title: 'DESTINATION', text: row => `${row.account}/${row.destination}`, shrinks: true },
          { title: 'EVENT', text: row => `${row.type}${row.revision > 1 ? ` r${row.revision}` : ''}`, shrinks: true },
          { title: 'RETURN', text: row => shortId(row.returnId) },
          { title: 'SEQ', text: row => row.sequence, right: true },
          { title: 'TRIES', text: row => row.tries, right: true },
          { title: 'LAST', text: row => (row.lastAttempt === null ? '' : describeAttempt(row.lastAttempt)) },
          { title: 'WHEN', text: row => whenOf(row, deps.now()) },
        ],
        found.data,
        deps,
      ),
    );
    return tellRest(deps, found.nextCursor);
  },
};

function whenOf({ state, deliveredAt, dueAt, createdAt }: DeliveryAnswer, nowMs: number): string {
  if (deliveredAt !== null) return ago(deliveredAt, nowMs);
  if (dueAt === null || state === 'held') return ago(createdAt, nowMs);
  return isOver(dueAt, nowMs) ? 'due' : `next try ${ago(dueAt, nowMs)}`;
}

/** Held, it is not tried before its destination is resumed, whatever its schedule says. */
function nextTryOf({ dueAt, state }: DeliveryAnswer, nowMs: number): string | null {
  if (dueAt === null || state === 'held') return null;
  return isOver(dueAt, nowMs) ? 'due' : exactly(dueAt, nowMs);
}

function isOver(instant: string, nowMs: number): boolean {
  return Date.parse(instant) <= nowMs;
}

const show: CliCommand = {
  name: 'show',
  description: 'Show one delivery with every try and the message it carries',
  arguments: [ID],
  options: [JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, DELIVERY_ID, args[0]!);
    const row = await api.get<DeliveryDetailAnswer>(`/v1/deliveries/${id}`);
    if (options.json === true) return writeJson(deps, row);
    deps.out(showDelivery(row, deps));
    return 0;
  },
};

function showDelivery(row: DeliveryDetailAnswer, deps: CliDeps): string {
  const now = deps.now();
  const fields = renderFields(
    [
      ['destination', `${row.account}/${row.destination}`],
      ['event', `${row.type}${row.revision > 1 ? `, revision ${row.revision}` : ''} (sequence ${row.sequence})`],
      ['return', row.returnId],
      ['webhook-id', row.webhookId],
      ['tries', `${row.tries} of 12`],
      ['created', exactly(row.createdAt, now)],
      ['next try', nextTryOf(row, now)],
      ['delivered', exactly(row.deliveredAt, now)],
    ],
    deps,
  );
  const attempts =
    row.attempts.length === 0 ? '' : `\nTries\n${renderTable(ATTEMPT_COLUMNS, row.attempts, deps, '  ')}`;
  const lines = row.body === null ? ['dropped by age'] : JSON.stringify(withoutReturn(row.body), null, 2).split('\n');
  return [
    `Delivery ${row.id}  ${paint(row.state, stateColour(row.state), deps.colour)}\n`,
    fields,
    attempts,
    '\nMessage (with the return left out; whole with --json)\n',
    ...lines.map(line => `  ${printable(line)}\n`),
  ].join('');
}

/** The return is most of a message, and `returns show` shows it better. */
function withoutReturn(body: unknown): unknown {
  const { data, ...envelope } = body as { readonly data?: { readonly return?: unknown } };
  if (data?.return === undefined) return body;
  const { return: _, ...rest } = data;
  return { ...envelope, data: rest };
}

const ATTEMPT_COLUMNS: readonly Column<AttemptAnswer>[] = [
  { title: 'STARTED', text: row => row.startedAt },
  { title: 'OUTCOME', text: row => row.outcome, colour: row => stateColour(row.outcome) },
  { title: 'STATUS', text: row => row.status, right: true },
  { title: 'TOOK', text: row => `${Math.round(row.durationMs)} ms`, right: true },
  { title: 'ASKED BY', text: row => row.requestedBy },
  { title: 'WHY', text: row => [row.detail, row.responseHead].filter(Boolean).join(': ') },
];

export const deliveries: CliGroup = {
  name: 'deliveries',
  description: 'Look at what is sent to destinations, and send it again',
  options: [],
  commands: [list, show, redeliver],
};
