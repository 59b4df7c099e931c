import type { ErasureAnswer } from './answers.ts';
import { printable } from './display-text.ts';
import { type Column, renderTable, type Surface } from './table.ts';
import { shortId } from './words.ts';

/** So many ids are named; all that the API names are in --json. */
const MOST_IDS = 10;

/** Whether an erasure takes, or would take, anything away. Messages that go without a shopper are no reason to erase again. */
export function findsSomething({ returns, inbound, answers }: ErasureAnswer): boolean {
  return returns.some(({ hadShopper }) => hadShopper) || inbound.erased + inbound.naming.erased + answers > 0;
}

/** What an erasure takes away, or would, and what it does not reach. */
export function showErasure(answer: ErasureAnswer, surface: Surface): string {
  const { account, dryRun, returns, remains } = answer;
  const done = dryRun ? 'a preview, nothing was erased' : 'erased for good';
  return [
    printable(`Account ${account}: ${findsSomething(answer) ? done : 'nothing to erase'}.`),
    '\n',
    section(
      'Returns',
      returns,
      [
        { title: 'RETURN', text: row => row.id },
        { title: 'SHOPPER', text: row => shopperOf(row.hadShopper, dryRun) },
        { title: 'MERGED FROM', text: row => row.mergedFrom.map(shortId).join(' ') },
      ],
      surface,
    ),
    section(
      dryRun ? 'Would go' : 'Gone',
      goesOf(answer),
      [
        { title: 'COUNT', text: row => row.count.toLocaleString('en'), right: true },
        { title: 'WHAT', text: row => row.what },
        { title: 'NOTE', text: row => row.note },
      ],
      surface,
    ),
    section(
      dryRun ? 'Would remain' : 'Remains',
      remains,
      [
        { title: 'COUNT', text: row => row.count?.toLocaleString('en') ?? '', right: true },
        { title: 'WHAT', text: row => row.why },
      ],
      surface,
    ),
  ].join('');
}

/** Never cut: whoever decides something that cannot be undone reads all of it. */
function section<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { colour }: Surface,
): string {
  if (rows.length === 0) return '';
  return `\n${title}\n${renderTable(columns, rows, { columns: null, colour }, '  ')}`;
}

function shopperOf(hadShopper: boolean, dryRun: boolean): string {
  if (!hadShopper) return 'none kept';
  return dryRun ? 'would be erased' : 'erased';
}

interface Going {
  readonly count: number;
  readonly what: string;
  readonly note: string;
}

function goesOf({ returns, inbound, answers, sentWithout }: ErasureAnswer): readonly Going[] {
  const { erased, goneBefore, shared, naming } = inbound;
  const told = [
    shared === 0 ? '' : `${shared} told of other returns, too, which can no longer be replayed from them`,
    goneBefore === 0 ? '' : `${goneBefore} had none any more`,
  ];
  const going: readonly Going[] = [
    { count: returns.filter(({ hadShopper }) => hadShopper).length, what: 'shoppers of returns', note: '' },
    {
      count: erased,
      what: 'bytes of requests that told of these returns',
      note: told.filter(text => text !== '').join('; '),
    },
    {
      count: naming.erased,
      what: 'bytes of requests of no return that name the address',
      note: `what they tell can then no longer be recorded: ${namesOf(naming.ids)}`,
    },
    { count: answers, what: 'answers of destinations, which may quote a message', note: '' },
    {
      count: sentWithout.reduce((sum, { pending }) => sum + pending, 0),
      what: 'messages still to be sent go without the shopper',
      note: sentWithout.map(({ destination, pending }) => `${destination} ${pending}`).join(', '),
    },
  ];
  return going.filter(({ count }) => count > 0);
}

function namesOf(ids: readonly string[]): string {
  const shown = ids.slice(0, MOST_IDS).map(shortId).join(' ');
  return ids.length > MOST_IDS ? `${shown} …` : shown;
}
