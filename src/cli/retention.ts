import type { RetentionAnswer, RetentionCounts } from './answers.ts';
import { connectApi } from './api-client.ts';
import { type CliCommand, type CliDeps, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { writeJson } from './output.ts';
import { renderFields, renderTable } from './table.ts';
import { exactly } from './times.ts';
import { formatBytes } from './words.ts';

const show: CliCommand = {
  name: 'show',
  description: 'Show what goes by age: after how long, what the last run removed, what is due',
  options: [JSON_OPTION],
  more: 'Needs a token with the role viewer or config_admin. Counts are over all accounts. A run begins every hour.',
  async run({ options }, deps) {
    const answer = await connectApi(deps).get<RetentionAnswer>('/v1/retention');
    if (options.json === true) return writeJson(deps, answer);
    deps.out(showRetention(answer, deps));
    return 0;
  },
};

interface Line {
  readonly what: string;
  readonly days: number;
  /** `null`: counted with the line above, or not at all. */
  readonly counted: keyof RetentionCounts | null;
}

function showRetention(answer: RetentionAnswer, deps: CliDeps): string {
  const { settings, lastRun, running, due, dueIsAtLeast, store } = answer;
  const lines: readonly Line[] = [
    { what: 'bytes of requests', days: settings.bodiesDays, counted: 'bodies' },
    { what: 'bytes of requests not understood', days: settings.unreadBodiesDays, counted: null },
    { what: 'outgoing messages', days: settings.attemptsDays, counted: 'messages' },
    { what: 'delivery attempts', days: settings.attemptsDays, counted: 'attempts' },
    { what: 'shoppers of returns', days: settings.shopperDays, counted: 'shoppers' },
    { what: 'remembered webhook ids', days: settings.dedupeDays, counted: null },
  ];
  const countOf = (counts: RetentionCounts | undefined, { counted }: Line) =>
    counted === null ? '' : (counts?.[counted].toLocaleString('en') ?? '');
  const table = renderTable<Line>(
    [
      { title: 'WHAT', text: line => line.what },
      { title: 'GOES AFTER', text: line => `${line.days} days`, right: true },
      { title: 'LAST RUN', text: line => countOf(lastRun?.removed, line), right: true },
      { title: 'THIS RUN', text: line => countOf(running?.removed, line), right: true },
      { title: dueIsAtLeast ? 'DUE AT LEAST' : 'DUE', text: line => countOf(due, line), right: true },
    ],
    lines,
    deps,
  );
  const now = deps.now();
  const fields = renderFields(
    [
      ['last run', lastRun === null ? 'none has ended yet' : exactly(lastRun.endedAt, now)],
      ['under way', running === null ? null : `since ${exactly(running.startedAt, now)}`],
      ['store', `${formatBytes(store.bytes)}, of which ${formatBytes(store.freeBytes)} are free to be used again`],
    ],
    deps,
  );
  return `${table}\n${fields}`;
}

export const retention: CliGroup = {
  name: 'retention',
  description: 'Look at what is removed by age',
  options: [],
  commands: [show],
};
