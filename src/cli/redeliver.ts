import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptAnswer, DeliveryDetailAnswer, DestinationAnswer, RedeliveryAnswer } from './answers.ts';
import { type ApiClient, connectApi, readiness } from './api-client.ts';
import { type CliCommand, type CliDeps, JSON_OPTION } from './cli-command.ts';
import { describeAttempt } from './describe-attempt.ts';
import { printable } from './display-text.ts';
import { MOST_CONFIGURED } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { DELIVERY_ID, resolveId } from './resolve-id.ts';
import { plural, shortId } from './words.ts';

/** One exchange takes 15 s at most; it may wait for another one to end. */
const PATIENCE_MS = 20_000;

export const redeliver: CliCommand = {
  name: 'redeliver',
  description: 'Send a delivery once more, with the same webhook-id, and wait for the outcome',
  arguments: [{ name: '<id>', help: 'its id (dlv_…), or a unique beginning or end of it' }],
  options: [{ flags: '--no-wait', help: 'do not wait for the outcome' }, JSON_OPTION],
  more: 'Exit 2: it was sent and not taken, it is held, or the outcome did not show within 20 seconds.',
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const id = await resolveId(api, DELIVERY_ID, args[0]!);
    const before = await api.get<DeliveryDetailAnswer>(`/v1/deliveries/${id}`);
    const queued = await api.post<RedeliveryAnswer>(`/v1/deliveries/${id}/redeliver`);
    const held = (await whyHeld(api, queued)) ?? (await whyNobodySends(api, queued));
    if (held !== null) {
      if (options.json === true) writeJson(deps, queued);
      else writeLine(deps, printable(held));
      return 2;
    }
    if (options.wait === false) {
      if (options.json === true) return writeJson(deps, queued);
      return writeLine(deps, `${id} is sent again: ${queued.type} to ${queued.account}/${queued.destination}.`);
    }
    const after = await nextAttempt(api, before, deps);
    const attempt = after.attempts.length > before.attempts.length ? after.attempts.at(-1)! : null;
    if (options.json === true) writeJson(deps, after);
    else writeLine(deps, outcomeOf(after, attempt, queued.waitsFor));
    return attempt?.outcome === 'delivered' ? 0 : 2;
  },
};

/** What keeps it until a person does something, with what that is; `null`: nothing does. */
async function whyHeld(api: ApiClient, { account, destination, waitsFor }: RedeliveryAnswer): Promise<string | null> {
  if (waitsFor !== 'destination_paused' && waitsFor !== 'destination_disabled') return null;
  const where = `${account}/${destination}`;
  const { data } = await api.list<DestinationAnswer>('/v1/destinations', { account }, MOST_CONFIGURED);
  const found = data.find(({ name }) => name === destination);
  if (found?.configured === false) {
    return `${where} is not configured, so the message is held: put it back into the file of the account and start again.`;
  }
  const state = waitsFor === 'destination_paused' ? 'paused' : 'disabled';
  const reason = found?.reason ? ` (${found.reason})` : '';
  return `${where} is ${state}${reason}, so the message is held. To send all that is held: retour destinations resume ${where}`;
}

/** A process that leaves out the role `deliver` sends nothing, and no other one can have its store. */
async function whyNobodySends(api: ApiClient, { id }: RedeliveryAnswer): Promise<string | null> {
  const { roles = null } = (await readiness(api.url)) ?? {};
  if (roles === null || roles.includes('deliver')) return null;
  return `${id} is queued, and nobody sends it: the gateway was started without the role deliver. Start it without --roles.`;
}

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

function outcomeOf(row: DeliveryDetailAnswer, attempt: AttemptAnswer | null, waitsFor: string | null): string {
  const where = `${row.account}/${row.destination}`;
  if (attempt === null) {
    const why = waitsFor === 'breaker_open' ? `the breaker is open until a trial gets through` : row.state;
    return `${row.id} is queued for ${where} and was not sent yet (${why}). Look again with "retour deliveries show ${shortId(row.id)}".`;
  }
  const took = `in ${Math.round(attempt.durationMs)} ms`;
  if (attempt.outcome === 'delivered') return `${where} took ${row.type} again: ${attempt.status} ${took}.`;
  const why = [attempt.detail, attempt.responseHead].filter(Boolean).join(': ');
  return printable(
    `${where} did not take ${row.type}: ${describeAttempt(attempt)} ${took}${why === '' ? '' : ` (${why})`}. ${plural(row.tries, 'try', 'tries')} of 12 used.`,
  );
}
