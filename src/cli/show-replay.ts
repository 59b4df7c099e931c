import type { ReplayAnswer } from './answers.ts';
import { type Colour, paint, printable, safeJson } from './display-text.ts';
import { describeProblem } from './show-inbound.ts';
import { renderTable, type Surface } from './table.ts';
import { plural } from './words.ts';

/** For each outcome; `sentenceOf` has the cases that need another. */
const OUTCOMES: Readonly<Record<ReplayAnswer['outcome'], readonly [sentence: string, colour: Colour]>> = {
  identical: ['It gives the same facts as before.', 'green'],
  changed: ['It gives other facts than before.', 'yellow'],
  fixed: ['It can be read now; before, it could not.', 'green'],
  still_failing: ['It still cannot be read.', 'red'],
  bytes_gone: ['Its bytes were erased, so it cannot be read again.', 'red'],
};

const EFFECTS: Readonly<Record<string, string>> = {
  would_send: 'will be sent',
  queued_already: 'waits already',
  already_delivered: 'has it already',
  filtered: 'does not ask for it',
  destination_disabled: 'is disabled, so it waits',
};

/** What reading a request again changes: facts, then the returns leaf by leaf, then what is sent. */
export function showReplay(answer: ReplayAnswer, surface: Surface): string {
  const { outcome, dryRun, adapter, inboundId } = answer;
  const [, colour] = OUTCOMES[outcome];
  const version = adapter.version === null ? adapter.id : `${adapter.id} ${adapter.version}`;
  const before =
    adapter.previousVersion === null ? 'never read before' : `the last time by version ${adapter.previousVersion}`;
  const wrote = dryRun ? 'A preview: nothing was written or sent.' : '';
  return [
    `${inboundId} read again by ${version} (${before}).\n`,
    `${paint(sentenceOf(answer), colour, surface.colour)}${wrote === '' ? '' : ` ${wrote}`}\n`,
    noticesOf(answer, surface),
    factsOf(answer, surface),
    ...answer.returns.map(one => returnOf(one, surface)),
    deliveriesOf(answer, surface),
  ].join('');
}

/** Agrees with the lists below it: the return, or what a notice came to, may change without any fact. */
function sentenceOf({ outcome, events, alsoToldBy, returns }: ReplayAnswer): string {
  const isSame = events.every(({ effect }) => effect === 'unchanged');
  if (outcome !== 'changed' || !isSame) return OUTCOMES[outcome][0];
  if (alsoToldBy.length > 0) return 'It no longer tells all it told before, but no fact changes.';
  return returns.length > 0
    ? 'No fact changes, but the return does.'
    : 'No fact changes; what became of its notices does.';
}

function noticesOf({ notices }: ReplayAnswer, surface: Surface): string {
  const told = notices.filter(({ before, after, problem }) => before !== after || problem !== null);
  if (told.length === 0) return '';
  const table = renderTable(
    [
      { title: 'NOTICE', text: row => row.type ?? 'not readable' },
      { title: 'BEFORE', text: row => row.before ?? 'not there' },
      { title: 'NOW', text: row => row.after ?? 'not there' },
      { title: 'PROBLEM', text: row => (row.problem === null ? '' : describeProblem(row.problem)) },
    ],
    told,
    surface,
    '  ',
  );
  return `\nNotices\n${table}`;
}

const EFFECT_COLOURS: Readonly<Record<string, Colour>> = { new: 'green', revised: 'yellow', withdrawn: 'red' };

/** Unchanged facts are counted, the others listed. */
function factsOf({ events, alsoToldBy }: ReplayAnswer, surface: Surface): string {
  if (events.length === 0) return '';
  const changed = events.filter(({ effect }) => effect !== 'unchanged');
  const same = events.length - changed.length;
  const others = `  What it no longer tells is also told by ${alsoToldBy.join(', ')}; replay them too.\n`;
  const rest = `${same === 0 ? '' : `  ${plural(same, 'fact')} unchanged\n`}${alsoToldBy.length === 0 ? '' : others}`;
  if (changed.length === 0) return `\nFacts\n${rest}`;
  const table = renderTable(
    [
      { title: 'EFFECT', text: row => row.effect, colour: row => EFFECT_COLOURS[row.effect] ?? null },
      { title: 'EVENT', text: row => row.type },
      { title: 'ID', text: row => row.eventId },
    ],
    changed,
    surface,
    '  ',
  );
  return `\nFacts\n${table}${rest}`;
}

/** Each leaf that differs: where it is, then the old and the new value below each other. */
function returnOf({ returnId, differences }: ReplayAnswer['returns'][number], surface: Surface): string {
  const lines = differences.flatMap(({ path, before, after }) => [
    `  ${printable(path)}\n`,
    paint(`    - ${shownValue(before)}`, 'red', surface.colour),
    '\n',
    paint(`    + ${shownValue(after)}`, 'green', surface.colour),
    '\n',
  ]);
  return `\nReturn ${returnId}\n${lines.length === 0 ? '  stays as it is\n' : lines.join('')}`;
}

function shownValue(value: unknown): string {
  return value === undefined ? '(nothing)' : printable(safeJson(value));
}

function deliveriesOf({ deliveries, events, dryRun }: ReplayAnswer, surface: Surface): string {
  const told = deliveries.filter(({ effect }) => effect !== 'filtered');
  if (told.length === 0) return '\nNothing is sent.\n';
  const types = new Map(events.map(({ eventId, type }) => [eventId, type]));
  const table = renderTable(
    [
      { title: 'DESTINATION', text: row => row.destination },
      { title: 'EVENT', text: row => types.get(row.eventId) ?? row.eventId },
      { title: 'EFFECT', text: row => effectOf(row.effect, dryRun) },
    ],
    told,
    surface,
    '  ',
  );
  return `\nMessages\n${table}`;
}

function effectOf(effect: string, dryRun: boolean): string {
  if (effect === 'would_send' && dryRun) return 'would be sent';
  return EFFECTS[effect] ?? effect;
}
