import { CliError } from './cli-error.ts';
import { type SplitDump, splitCurlDump } from './read-curl-dump.ts';

/** One HTTP request as somebody captured it. */
export interface CapturedRequest {
  readonly method: string;
  /** With the query; `null` where it is not known. */
  readonly path: string | null;
  /** In the order they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

const REQUEST_LINE = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;

/**
 * Reads a request as it stood on the wire: request line (may be missing), headers, an empty line, the bytes of the
 * body. Lines may end in LF alone. What `curl -v` prints is read, too (`read-curl-dump.ts`). Throws where it is none.
 */
export function readHttpDump(bytes: Uint8Array): CapturedRequest {
  const text = Buffer.from(bytes).toString('latin1'); // each byte a character, so that places in both are the same
  const { head, bodyFrom, bodyTo } = splitCurlDump(text) ?? splitDump(text);
  const lines = head.filter(line => line !== '');
  const [, method, target] = REQUEST_LINE.exec(lines[0]?.trim() ?? '') ?? [];
  const headers = (method === undefined ? lines : lines.slice(1)).map(line => readHeader(line));
  return {
    method: method ?? 'POST',
    path: target === undefined ? null : pathOf(target),
    headers,
    body: bytes.subarray(bodyFrom, bodyTo),
  };
}

function splitDump(text: string): SplitDump {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text.trimEnd() : text.slice(0, end.index);
  return {
    head: head.split(/\r?\n/),
    bodyFrom: end === null ? text.length : end.index + end[0].length,
    bodyTo: text.length,
  };
}

/** Throws where it is no `Name: value`. */
export function readHeader(line: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CliError(
    `This is no HTTP request: "${line.slice(0, 60)}" is no header. Write a request line, "Name: value" lines, an empty line, then the body; or use --header and --body.`,
  );
}

/** Of a whole URL only what was sent. */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
}
