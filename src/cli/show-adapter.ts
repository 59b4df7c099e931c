import { describeProof } from '../config/describe-proof.ts';
import type { AdapterAnswer, WordsAnswer } from './answers.ts';
import { paint, printable } from './display-text.ts';
import { renderFields, renderTable, type Surface } from './table.ts';

/** One adapter as a page of text. Sentences are never cut: whoever connects a provider reads all of them. */
export function showAdapter(one: AdapterAnswer, surface: Surface): string {
  return [
    `Adapter ${printable(one.id)}  ${paint(printable(one.label), 'bold', surface.colour)}\n`,
    renderFields(fieldsOf(one), surface),
    listed(
      'To connect it',
      one.connect.map((step, index) => `${index + 1}. ${step}`),
    ),
    wordsTable('TOPIC', one.types, surface),
    ...Object.entries(one.statuses).map(([place, words]) => wordsTable(place, words, surface)),
    listed(
      'What stays out',
      one.gaps.map(gap => `- ${gap}`),
    ),
  ].join('');
}

function fieldsOf({ version, evidence, webhook, fetches, docs }: AdapterAnswer): Parameters<typeof renderFields>[0] {
  const verification = webhook?.verification ?? null;
  return [
    ['version', version],
    ['evidence', evidence],
    ['webhooks', webhook === null ? 'takes none' : 'takes them'],
    ['proof', verification === null ? null : `${describeProof(verification)} (settings.verification sets another)`],
    ['redelivers', webhook?.redeliveryHours == null ? null : `${webhook.redeliveryHours} h`],
    ['fetches', fetches ? 'what webhooks only point to' : 'nothing'],
    ['docs', docs.join(' ')],
  ];
}

function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `\n${title}\n${lines.map(line => `  ${printable(line)}\n`).join('')}`;
}

function wordsTable(title: string, words: WordsAnswer, { colour }: Surface): string {
  const rows = Object.entries(words);
  if (rows.length === 0) return '';
  const columns = [
    { title, text: ([word]: (typeof rows)[number]) => word },
    { title: 'BECOMES', text: ([, becomes]: (typeof rows)[number]) => becomes.join(', ') },
  ];
  return `\n${renderTable(columns, rows, { columns: null, colour }, '  ')}`;
}
