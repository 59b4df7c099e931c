/** A captured request in two: the lines of its head, and where its body stands in the text. */
export interface SplitDump {
  readonly head: readonly string[];
  readonly bodyFrom: number;
  readonly bodyTo: number;
}

/** The line in front of which curl writes only about itself. */
const SENT_LINE = /^> ?[A-Z]+ \S+ HTTP\/\d/m;
/** A request, or a header, that stands for itself: then whatever begins with `> ` is in its body. */
const PLAIN_START = /^(?:[A-Z]+ \S+ HTTP\/\d|(?!Warning:|Note:)[\w-]+:)/m;
/** About the connection, what came back, and how much was sent. */
const NOT_SENT = /^(?:\* |<(?: |\r*\n?$)|[{}] \[\d+ bytes data\])/;

/**
 * What `curl -v` prints of a request: `> ` in front of each line of the head, `> ` or `>` alone behind it, `* ` before
 * what curl does and `< ` before the answer; a terminal may have doubled each CR. It prints no body; people write that behind the head, as elsewhere.
 * `null`: it is something else.
 */
export function splitCurlDump(text: string): SplitDump | null {
  const start = SENT_LINE.exec(text);
  if (start === null || PLAIN_START.test(text.slice(0, start.index))) return null;
  const head: string[] = [];
  let at = start.index;
  for (const line of linesFrom(text, at)) {
    const sent = /^>(?: (.*?)|(.*?))\r*\n?$/s.exec(line);
    if (sent === null && !NOT_SENT.test(line)) break; // the line that ends the head was not copied
    at += line.length;
    if (sent === null) continue;
    const content = sent[1] ?? sent[2] ?? '';
    if (content === '') break;
    head.push(content);
  }
  at += /^\r*\n/.exec(text.slice(at))?.[0].length ?? 0; // an empty line as in other dumps
  let to = at;
  for (const line of linesFrom(text, at)) {
    if (NOT_SENT.test(line)) break;
    to += line.length;
  }
  return { head, bodyFrom: at, bodyTo: to === text.length ? to : withoutLineEnd(text, at, to, declaredLength(head)) };
}

function* linesFrom(text: string, from: number): Generator<string> {
  for (const [line] of text.slice(from).matchAll(/[^\n]*\n|[^\n]+$/g)) yield line;
}

/** The next line of the print begins on a line of its own, which the body need not have ended. */
function withoutLineEnd(text: string, from: number, to: number, declared: number): number {
  if (to - from === declared) return to;
  return from + text.slice(from, to).replace(/\r*\n$/, '').length;
}

function declaredLength(head: readonly string[]): number {
  const line = head.find(each => /^content-length:/i.test(each));
  return line === undefined ? Number.NaN : Number(line.replace(/^[^:]*:/, ''));
}
