import type { Words } from '../adapter/about.ts';
import type { Adapter, AdapterEvidence } from '../adapter/define-adapter.ts';
import { EVENT_TYPES, type EventType } from '../model/return-event.ts';
import { defaultProof, describeProof } from './describe-proof.ts';

/** `docs/providers.md`: which provider is covered, how far, and how it is connected; from the adapters themselves. */

const INTRODUCTION = `<!-- biome-ignore-all format: generated -->

# Providers

Made from the adapters; do not edit it by hand.
A gateway tells the same of its own adapters: \`retour adapters show <id>\`, \`GET /v1/adapters\`.

**Is our provider covered?** Look for it in the first table, then for the events you act on in its row.
What does not stand there does not come from this provider, unless a setting of the connection teaches a word of the merchant's own.
A provider that is missing, or a portal of your own, can send Retour's own events to the adapter \`standard\`; for anything else an [adapter](../CONTRIBUTING.md#add-a-provider) is written.

**How sure is it?** *documented*: built from public documentation, and never met the provider's systems. *sandbox*: tried with recordings from its test system. *production*: compared with real traffic.
Single statements carry a mark of their own: [documented] by the provider, [third-party] by somebody else, [inferred] by us, [not found] anywhere we looked.`;

const HOW_TO_READ = `## How to read the rest

- \`{publicUrl}\` is the address of your gateway as the provider sees it, \`{account}\` and \`{connection}\` the names in your configuration; \`retour connections list\` prints the whole URL. What each setting means: [config/reference.md](../config/reference.md).
- A *topic* is what a webhook, or a part of it, is about. A *status word* stands in the body. Beside each is **all** that it may become; what else is in the body, and what was told before, decides.
- *description*: order, items and the like become part of the return, without an event. *fetch*: it only points to something, which is asked for where the adapter can fetch. *ignored*: on purpose, because it tells nothing of a return.
- A word that is not listed is kept, shown as unrecognized, and read once the adapter or a setting knows it.`;

/** Columns of the first table, each with the subjects of its events. */
const COLUMNS: readonly (readonly [title: string, subjects: readonly string[]])[] = [
  ['return', ['return']],
  ['labels and parcels', ['label', 'shipment']],
  ['goods', ['item']],
  ['money and exchanges', ['settlement', 'refund', 'credit', 'exchange']],
  ['disputes', ['dispute']],
];

export function providersDocument(adapters: readonly Adapter[]): string {
  return `${[INTRODUCTION, overview(adapters), HOW_TO_READ, ...adapters.map(section)].join('\n\n')}\n`;
}

function overview(adapters: readonly Adapter[]): string {
  const titles = ['adapter', 'provider', 'evidence', ...COLUMNS.map(([title]) => title), 'fetches'];
  const rows = adapters.map(adapter => {
    const told = toldBy(adapter);
    const cells = COLUMNS.map(([, subjects]) =>
      told.filter(type => subjects.includes(subjectOf(type))).map(type => spoken(type, subjects.length > 1)),
    );
    const { id, label, evidence, fetching } = adapter;
    const fetches = fetching === undefined ? 'no' : 'yes';
    return [code(id), `[${label}](#${anchorOf(label)})`, evidence, ...cells.map(words => words.join(', ')), fetches];
  });
  return table(titles, rows);
}

/** Where a heading is found in rendered Markdown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Every event that some word becomes, in lifecycle order. */
function toldBy({ about }: Adapter): readonly EventType[] {
  const told = new Set(Object.values(about.types).flat());
  return EVENT_TYPES.filter(type => told.has(type));
}

function subjectOf(type: EventType): string {
  return type.split('.')[0]!;
}

/** `dropped off`; with its subject, where the column has several. */
function spoken(type: EventType, withSubject: boolean): string {
  const [subject, happened] = type.split('.') as [string, string];
  return `${withSubject && subject !== 'shipment' ? `${subject} ` : ''}${happened.replaceAll('_', ' ')}`;
}

const EVIDENCE: Readonly<Record<AdapterEvidence, string>> = {
  documented: 'built from public documentation',
  sandbox: "tried with recordings from the provider's test system",
  production: 'compared with real traffic',
};

function section(adapter: Adapter): string {
  const { id, label, version, evidence, docs, about } = adapter;
  return [
    `## ${label}`,
    `Adapter ${code(id)}, version ${version}. Evidence: **${evidence}**, ${EVIDENCE[evidence]}. More in ${code(`adapters/${id}/README.md`)}.`,
    [...proofOf(adapter), fetchingOf(adapter), `- Sources: ${docs.map(link => `<${link}>`).join(', ')}`].join('\n'),
    '### To connect it',
    about.connect.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    '### What it reads',
    table(['topic', 'becomes'], groupedRows(about.types)),
    ...Object.entries(about.statuses).map(([place, words]) => table([code(place), 'becomes'], groupedRows(words))),
    '### What stays out',
    about.gaps.map(gap => `- ${gap}`).join('\n'),
  ].join('\n\n');
}

function proofOf(adapter: Adapter): readonly string[] {
  const { webhook } = adapter;
  if (webhook === undefined) return ['- Takes no webhooks.'];
  const proof = defaultProof(adapter);
  const hours = webhook.redeliveryHours;
  return [
    ...(proof === null
      ? []
      : [
          `- Webhooks are proven by: ${describeProof(proof, code)}. Another way can be set: ${code('settings.verification')}.`,
        ]),
    ...(hours === undefined ? [] : [`- The provider redelivers for ${hours} hours.`]),
  ];
}

function fetchingOf({ fetching }: Adapter): string {
  return fetching === undefined
    ? '- Fetches nothing: only what webhooks tell is known.'
    : `- Fetches what webhooks only point to, with ${code('secrets.api')}.`;
}

/** Words that become the same share a row. */
function groupedRows(words: Words): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const [word, becomes] of Object.entries(words)) {
    const key = becomes.map(one => (one.includes('.') ? code(one) : one)).join(', ');
    groups.set(key, [...(groups.get(key) ?? []), code(word)]);
  }
  return [...groups].map(([becomes, group]) => [group.join(', '), becomes]);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
