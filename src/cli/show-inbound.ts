import { parseLossless } from '../demo/lossless-json.ts';
import type { InboundAnswer } from './answers.ts';
import { paint, printable } from './display-text.ts';
import { renderFields, renderTable, type Surface } from './table.ts';
import { exactly } from './times.ts';
import { formatBytes, stateColour } from './words.ts';

/** More of a body than this is looked at with `--raw`. */
const SHOWN_LINES = 60;

const TRUST: Readonly<Record<string, string>> = {
  signed: 'signed: the body is covered by a signature',
  credential: 'credential: the caller knew a password or token',
  fetched: 'fetched: we asked the provider ourselves',
  hint: 'hint: nothing proves the sender, so it may only cause a fetch',
};

/** One kept request as a page of text. */
export function showInbound(row: InboundAnswer, nowMs: number, surface: Surface): string {
  const { trust, secretIndex } = row.verification;
  const version = row.adapterVersion === null ? 'not read yet' : `${row.adapter} ${row.adapterVersion}`;
  const fields = renderFields(
    [
      ['connection', `${row.account}/${row.connection}`],
      ['request', `${row.method} ${row.path}${row.query === '' ? '' : `?${row.query}`}`],
      ['received', `${exactly(row.receivedAt, nowMs)}${row.source === 'webhook' ? '' : `, by ${row.source}`}`],
      ['sender', `${TRUST[trust] ?? trust}${secretIndex === null ? '' : ` (secret ${secretIndex + 1})`}`],
      ['read by', row.interpretedAt === null ? version : `${version}, ${exactly(row.interpretedAt, nowMs)}`],
      ['cause', row.fingerprint],
      ['same id as', row.variantOf],
      ['returns', row.returnIds.join(', ')],
      ['body', `${formatBytes(row.bodyBytes)}, SHA-256 ${row.bodyDigest.slice(0, 16)}…`],
    ],
    surface,
  );
  const headers = Object.entries(row.headers).flatMap(([name, values]) => values.map(value => [name, value] as const));
  return [
    `Request ${row.id}  ${paint(row.state, stateColour(row.state), surface.colour)}\n`,
    fields,
    row.notices.length === 0 ? '' : `\nWhat it says\n${noticesOf(row, surface)}`,
    headers.length === 0 ? '' : `\nHeaders\n${renderFields(headers, surface)}`,
    `\nBody\n${bodyOf(row)}`,
  ].join('');
}

function noticesOf({ notices }: InboundAnswer, surface: Surface): string {
  return renderTable(
    [
      { title: 'NOTICE', text: row => row.type ?? 'not readable' },
      { title: 'STATE', text: row => row.state, colour: row => stateColour(row.state) },
      { title: 'FACTS', text: row => row.eventIds.length, right: true },
      { title: 'PROBLEM', text: row => (row.problem === null ? '' : describeProblem(row.problem)) },
    ],
    notices,
    surface,
    '  ',
  );
}

export function describeProblem({
  code,
  path,
  message,
}: {
  readonly code: string;
  readonly path: string | null;
  readonly message: string;
}): string {
  return `${code}: ${path === null ? '' : `${path} `}${message}`;
}

function bodyOf({ body, bytesErasedAt }: InboundAnswer): string {
  if (bytesErasedAt !== null) return `  erased at ${bytesErasedAt}\n`;
  if (body === null) return '  not shown below the role on_call: bodies hold personal data\n';
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length === 0) return '  empty\n';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '  no text; see it with --raw\n';
  }
  const lines = indented(text).split(/\r?\n/);
  const more = lines.length > SHOWN_LINES ? [`… ${lines.length - SHOWN_LINES} lines more; see all with --raw`] : [];
  return [...lines.slice(0, SHOWN_LINES), ...more].map(line => `  ${printable(line)}\n`).join('');
}

/** JSON with its numbers as they were written; what is no JSON stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(parseLossless(text), null, 2);
  } catch {
    return text.trimEnd();
  }
}
