import type { AttemptAnswer, Evidence, ProblemAnswer } from './answers.ts';
import { describeAttempt } from './describe-attempt.ts';
import { describeChange } from './describe-change.ts';
import { type Colour, cutTo, paint, printable } from './display-text.ts';
import { describeEvidence } from './explain-verification.ts';
import { describeProblem } from './show-inbound.ts';
import type { Surface } from './table.ts';
import { shortId, stateColour } from './words.ts';

export const KINDS = ['notices', 'facts', 'deliveries', 'refusals'] as const;
export type Kind = (typeof KINDS)[number];

interface NoticeEntry {
  readonly kind: 'notices';
  readonly connection: string;
  readonly state: string;
  readonly types: readonly string[];
  readonly problem: ProblemAnswer | null;
  readonly returnIds: readonly string[];
}

interface FactEntry {
  readonly kind: 'facts';
  readonly connection: string;
  readonly position: number;
  readonly type: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly sequence: number;
  readonly revision: number;
  readonly withdrawn: boolean;
  readonly late: boolean;
  readonly change: unknown;
}

interface DeliveryEntry {
  readonly kind: 'deliveries';
  readonly destination: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly type: string;
  readonly sequence: number;
  readonly state: string;
  readonly tries: number;
  readonly dueAt: string | null;
  readonly lastAttempt: AttemptAnswer | null;
}

interface RefusalEntry extends Evidence {
  readonly kind: 'refusals';
  readonly connection: string;
  readonly reason: string;
}

/** One thing that came, as `--json` writes it. */
export type Entry = (NoticeEntry | FactEntry | DeliveryEntry | RefusalEntry) & {
  readonly at: string;
  readonly account: string;
  readonly id?: string;
};

/** `10:00:01  notice    recorded   …`: one line, cut to the terminal. */
export function entryLine(entry: Entry, surface: Surface): string {
  const time = new Date(entry.at).toISOString().slice(11, 19);
  const { label, colour, head, text } = described(entry);
  const plain = printable(`${time}  ${label.padEnd(8)}  ${head.padEnd(12)}  ${text}`);
  const cut = surface.columns === null ? plain : cutTo(plain, surface.columns);
  // Colours come last, so that they are not cut in two.
  const [start, end] = [
    time.length + label.padEnd(8).length + 4,
    time.length + label.padEnd(8).length + 4 + head.length,
  ];
  return `${cut.slice(0, start)}${paint(cut.slice(start, end), colour, surface.colour)}${cut.slice(end)}\n`;
}

interface Line {
  readonly label: string;
  readonly colour: Colour | null;
  readonly head: string;
  readonly text: string;
}

function described(entry: Entry): Line {
  switch (entry.kind) {
    case 'notices': {
      const { account, connection, state, types, problem, returnIds } = entry;
      const about = returnIds.length === 0 ? '' : `  → ${returnIds.map(shortId).join(', ')}`;
      const why = problem === null ? '' : `  ${describeProblem(problem)}`;
      const text = `${account}/${connection}  ${types.join(', ')}${about}${why}`;
      return { label: 'notice', colour: stateColour(state), head: state, text };
    }
    case 'facts': {
      const { type, returnId, sequence, change } = entry;
      const text = `${type}  ${describeChange(change)}${notesOf(entry)}`.trimEnd();
      return { label: 'fact', colour: 'cyan', head: `${shortId(returnId)} ${sequence}`, text };
    }
    case 'deliveries': {
      const { account, destination, type, returnId, sequence, state, tries, lastAttempt } = entry;
      const attempt = lastAttempt === null ? '' : `  ${describeAttempt(lastAttempt)}`;
      const again = state === 'pending' ? `, try ${tries} of 12` : '';
      const text = `${account}/${destination}  ${type}  ${shortId(returnId)} ${sequence}${attempt}${again}`;
      const failed = state === 'pending' && lastAttempt !== null;
      return { label: 'delivery', colour: stateColour(state), head: failed ? lastAttempt.outcome : state, text };
    }
    case 'refusals': {
      const { account, connection, reason } = entry;
      const text = `${account}/${connection}  ${describeEvidence(entry)}`;
      return { label: 'refused', colour: 'red', head: reason, text };
    }
  }
}

function notesOf({ revision, withdrawn, late }: FactEntry): string {
  const notes = [withdrawn ? 'withdrawn' : '', revision > 1 ? `revision ${revision}` : '', late ? 'late' : ''];
  const said = notes.filter(note => note !== '');
  return said.length === 0 ? '' : `  (${said.join(', ')})`;
}
