import type { AttemptAnswer, DestinationAnswer } from './answers.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import { type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { describeAttempt } from './describe-attempt.ts';
import { printable } from './display-text.ts';
import { tellNothing } from './nothing-fits.ts';
import { MOST_CONFIGURED, textOption } from './options.ts';
import { writeJson, writeLine } from './output.ts';
import { ambiguous } from './resolve-id.ts';
import { renderTable } from './table.ts';
import { ago } from './times.ts';
import { plural, stateColour } from './words.ts';

const DESTINATION = {
  name: '<destination>',
  help: 'account/name, or a beginning of either that fits only one',
};

const list: CliCommand = {
  name: 'list',
  description: 'List destinations with their state, breaker and backlog',
  options: [{ flags: '--account <id>', help: 'only of this account' }, JSON_OPTION],
  async run({ options }, deps) {
    const api = connectApi(deps);
    const found = await api.list<DestinationAnswer>(
      '/v1/destinations',
      { account: textOption(options, 'account') },
      MOST_CONFIGURED,
    );
    if (options.json === true) return writeJson(deps, found);
    if (found.data.length === 0) return await tellNothing(deps, api, options, 'No destination is configured.');
    deps.out(
      renderTable<DestinationAnswer>(
        [
          { title: 'DESTINATION', text: nameOf },
          { title: 'STATE', text: row => row.state, colour: row => stateColour(row.state) },
          { title: 'BREAKER', text: row => row.breaker, colour: row => stateColour(row.breaker) },
          { title: 'WAITING', text: row => row.pending, right: true },
          { title: 'LAST TAKEN', text: row => ago(row.lastSuccessAt, deps.now()) },
          { title: 'LAST FAILED', text: row => ago(row.lastFailureAt, deps.now()) },
          { title: 'WHY', text: row => row.reason, shrinks: true },
          { title: 'URL', text: row => row.url },
          { title: 'EVENTS', text: row => row.events.join(' '), shrinks: true },
        ],
        found.data,
        deps,
      ),
    );
    return 0;
  },
};

const pause: CliCommand = {
  name: 'pause',
  description: 'Send nothing more to a destination; deliveries wait and lose no tries',
  arguments: [DESTINATION],
  options: [{ flags: '--reason <text>', help: 'shown to whoever looks at it later' }, JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const { path } = await resolveDestination(api, args[0]!);
    const row = await api.post<DestinationAnswer>(`${path}/pause`, {}, { reason: textOption(options, 'reason') });
    if (options.json === true) return writeJson(deps, row);
    return writeLine(deps, printable(`${nameOf(row)} is paused: ${row.reason ?? ''}. ${waiting(row)}`));
  },
};

const resume: CliCommand = {
  name: 'resume',
  description: 'Send to a destination again, oldest first; also to one that a 410 disabled',
  arguments: [DESTINATION],
  options: [JSON_OPTION],
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const { path } = await resolveDestination(api, args[0]!);
    const row = await api.post<DestinationAnswer>(`${path}/resume`);
    if (options.json === true) return writeJson(deps, row);
    return writeLine(deps, `${nameOf(row)} is active. ${waiting(row)}`);
  },
};

const test: CliCommand = {
  name: 'test',
  description: 'Send one signed test message now, outside every order, and say what came back',
  arguments: [DESTINATION],
  options: [JSON_OPTION],
  more: 'Exit 2: it was not taken.',
  async run({ args, options }, deps) {
    const api = connectApi(deps);
    const { path, name } = await resolveDestination(api, args[0]!);
    const answer = await api.post<{ readonly webhookId: string; readonly attempt: AttemptAnswer }>(`${path}/test`);
    const { attempt } = answer;
    if (options.json === true) writeJson(deps, answer);
    else writeLine(deps, testOutcome(name, attempt));
    return attempt.outcome === 'delivered' ? 0 : 2;
  },
};

function testOutcome(name: string, attempt: AttemptAnswer): string {
  const took = `in ${Math.round(attempt.durationMs)} ms`;
  if (attempt.outcome === 'delivered') return `${name} took the test message: ${attempt.status} ${took}.`;
  const why = [attempt.detail, attempt.responseHead].filter(Boolean).join(': ');
  return printable(`${name} did not take it: ${describeAttempt(attempt)} ${took}${why === '' ? '' : ` (${why})`}.`);
}

function waiting({ pending }: DestinationAnswer): string {
  return pending === 0 ? 'Nothing waits.' : `${plural(pending, 'message')} ${pending === 1 ? 'waits' : 'wait'}.`;
}

function nameOf({ account, name }: Pick<DestinationAnswer, 'account' | 'name'>): string {
  return `${account}/${name}`;
}

/** The whole name wins over beginnings; a name that one account has alone needs no account. */
async function resolveDestination(
  api: ApiClient,
  given: string,
): Promise<{ readonly path: string; readonly name: string }> {
  const { data } = await api.list<DestinationAnswer>('/v1/destinations', {}, MOST_CONFIGURED);
  const [account, name] = given.includes('/') ? (given.split('/', 2) as [string, string]) : ['', given];
  const exact = data.filter(row => nameOf(row) === given || (account === '' && row.name === given));
  const found =
    exact.length > 0 ? exact : data.filter(row => row.account.startsWith(account) && row.name.startsWith(name));
  const [only] = found;
  if (only === undefined) {
    throw new CliError(`No destination fits "${given}". Look with "retour destinations list".`);
  }
  if (found.length > 1)
    throw ambiguous(
      given,
      found.map(row => [nameOf(row), row.state] as const),
    );
  return { path: `/v1/destinations/${only.account}/${only.name}`, name: nameOf(only) };
}

export const destinations: CliGroup = {
  name: 'destinations',
  description: 'Look at the systems that receive events; pause, resume and test them',
  options: [],
  commands: [list, pause, resume, test],
};
