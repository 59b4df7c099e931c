import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptAnswer, DeliveryAnswer, DeliveryDetailAnswer } from './answers.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import { type CliCommand, type CliDeps, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { paint, printable } from './display-text.ts';
import { textOption, wholeOption } from './options.ts';
import { tellRest, writeJson, writeLine } from './output.ts';
import { DELIVERY_ID, resolveId, resolveReturn } from './resolve-id.ts';
import { type Column, renderFields, renderTable } from './table.ts';
import { ago, exactly } from './times.ts';
import { plural, shortId, stateColour } from './words.ts';

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
    if (found.data.length === 0) return writeLine(deps, 'No delivery fits.');
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

/** The answer where there was one, else what happened instead. */
export function describeAttempt({ outcome, status }: Pick<AttemptAnswer, 'outcome' | 'status'>): string {
  return status === null ? outcome : String(status);
}

function whenOf({ deliveredAt, dueAt, createdAt }: DeliveryAnswer, nowMs: number): string {
  if (deliveredAt !== null) return ago(deliveredAt, nowMs);
  return dueAt === null ? ago(createdAt, nowMs) : `next try ${ago(dueAt, nowMs)}`;
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
      ['next try', exactly(row.dueAt, now)],
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

/** One exchange takes 15 s at most; it may wait for another one to end. */
const PATIENCE_MS = 20_000;

const redeliver: CliCommand = {
  name: 'redeliver',
  description: 'Send a delivery once more, with the same webhook-id, and wait for the outcome',
  arguments: [ID],
  options: [{ flags: '--no-wait', help: 'do not wait for the outcome' }, JSON_OPTION],
  more: 'Exit 2: it was sent and not taken, or the outcome did not show within 20 seconds.',
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, DELIVERY_ID, args[0]!);
    const before = await api.get<DeliveryDetailAnswer>(`/v1/deliveries/${id}`);
    const queued = await api.post<DeliveryAnswer>(`/v1/deliveries/${id}/redeliver`);
    if (options.wait === false) {
      if (options.json === true) return writeJson(deps, queued);
      return writeLine(deps, `${id} is sent again: ${queued.type} to ${queued.account}/${queued.destination}.`);
    }
    const after = await nextAttempt(api, before, deps);
    const attempt = after.attempts.length > before.attempts.length ? after.attempts.at(-1)! : null;
    if (options.json === true) writeJson(deps, after);
    else writeLine(deps, outcomeOf(after, attempt));
    return attempt?.outcome === 'delivered' ? 0 : 2;
  },
};

async function nextAttempt(
  api: ApiClient,
  { id, attempts }: DeliveryDetailAnswer,
  deps: CliDeps,
): Promise<DeliveryDetailAnswer> {
  const patienceEnds = performance.now() + PATIENCE_MS;
  for (;;) {
    const row = await api.get<DeliveryDetailAnswer>(`/v1/deliveries/${id}`);
    if (row.attempts.length > attempts.length || performance.now() > patienceEnds) return row;
    await delay(50, undefined, { signal: deps.interrupted() });
  }
}

function outcomeOf(row: DeliveryDetailAnswer, attempt: AttemptAnswer | null): string {
  const where = `${row.account}/${row.destination}`;
  if (attempt === null) {
    return `${row.id} is queued for ${where} and was not sent yet (${row.state}). Look again with "retour deliveries show ${shortId(row.id)}".`;
  }
  const took = `in ${Math.round(attempt.durationMs)} ms`;
  if (attempt.outcome === 'delivered') return `${where} took ${row.type} again: ${attempt.status} ${took}.`;
  const why = [attempt.detail, attempt.responseHead].filter(Boolean).join(': ');
  return printable(
    `${where} did not take ${row.type}: ${describeAttempt(attempt)} ${took}${why === '' ? '' : ` (${why})`}. ${plural(row.tries, 'try', 'tries')} of 12 used.`,
  );
}

export const deliveries: CliGroup = {
  name: 'deliveries',
  description: 'Look at what is sent to destinations, and send it again',
  options: [],
  commands: [list, show, redeliver],
};
