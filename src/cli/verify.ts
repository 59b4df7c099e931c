import { readFile } from 'node:fs/promises';
import type { RefusedVerification, VerificationAnswer } from './answers.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import { type CliCommand, type CliDeps, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { paint, printable } from './display-text.ts';
import { describeSkew, explainReason, hintsOf, lookAtSecret, provesBody, variantsOf } from './explain-verification.ts';
import { listOption, textOption } from './options.ts';
import { writeJson } from './output.ts';
import { type CapturedRequest, readHeader, readHttpDump } from './read-http-dump.ts';
import { renderFields } from './table.ts';
import { typedPath } from './typed-path.ts';

/** Says why a captured webhook's signature fails. Where it does, likely changes of the body are tried one by one. */
export const verify: CliCommand = {
  name: 'verify',
  description: 'Check a captured webhook as its connection would, and learn why its signature fails',
  arguments: [
    {
      name: '[file]',
      help: 'the request as it stood on the wire: request line, headers, an empty line, body. Default: standard input',
    },
  ],
  options: [
    { flags: '--account <id>', help: 'the account (default: from the path /webhooks/{account}/{connection})' },
    { flags: '--connection <name>', help: 'the connection (default: from the path)' },
    { flags: '--header <line>', help: '"Name: value", instead of a file; may be repeated', many: true },
    { flags: '--body <file>', help: 'the exact bytes of the body, with --header; - is standard input' },
    { flags: '--method <method>', help: 'with --header (default POST)' },
    { flags: '--path <path>', help: 'with --header: path and query as sent' },
    { flags: '--at <time>', help: 'judge the time that was signed by this instant (default now)' },
    JSON_OPTION,
  ],
  more: [
    'Exit 2: the request would be refused. Nothing is kept; the secrets stay in the gateway.',
    'Needs a token with the role on_call or security_admin.',
    '',
    '  retour verify captured.txt',
    "  retour verify --account acme --connection loop --header 'X-Loop-Signature: 5b1a…' --body body.json",
  ].join('\n'),
  async run({ args, options }, deps) {
    const captured = trimmed(await readRequest(args[0], options, deps));
    const place = placeOf(options, captured.request);
    const at = atOption(options);
    const api = connectApi(deps);
    const checkBody = (body: Uint8Array, instant = at) => check(api, place, { ...captured.request, body }, instant);
    const answer = await checkBody(captured.request.body);
    const findings = [
      ...captured.notes,
      ...hintsOf(captured.request, answer.outcome === 'rejected' ? answer : null),
      ...(answer.outcome === 'rejected' ? await tried(answer, captured.request, checkBody, deps.now()) : []),
    ];
    if (options.json === true) writeJson(deps, { ...place, ...answer, notes: findings });
    else deps.out(shown(place, answer, findings, deps));
    return answer.outcome === 'accepted' ? 0 : 2;
  },
};

interface Place {
  readonly account: string;
  readonly connection: string;
}

type Given = Readonly<Record<string, unknown>>;

async function readRequest(file: string | undefined, options: Given, deps: CliDeps): Promise<CapturedRequest> {
  const headers = listOption(options, 'header');
  const body = textOption(options, 'body');
  if (headers.length === 0 && body === undefined) {
    const bytes = file === undefined || file === '-' ? await deps.stdin() : await bytesOf(file, deps);
    if (bytes.length === 0)
      throw new CliError('Nothing to verify: name a file, or paste the request and end with Ctrl-D.');
    return withOverrides(readHttpDump(bytes), options);
  }
  if (file !== undefined) throw new CliError('Give a whole request in a file, or --header and --body, not both.');
  const bytes = body === undefined ? new Uint8Array() : body === '-' ? await deps.stdin() : await bytesOf(body, deps);
  return withOverrides({ method: 'POST', path: null, headers: headers.map(readHeader), body: bytes }, options);
}

function withOverrides(request: CapturedRequest, options: Given): CapturedRequest {
  const { method = request.method, path = request.path } = {
    method: textOption(options, 'method'),
    path: textOption(options, 'path'),
  };
  return { ...request, method, path };
}

async function bytesOf(file: string, deps: CliDeps): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(typedPath(file, deps)));
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    throw new CliError(`${file} cannot be read (${String(code)}).`, { cause });
  }
}

/** A capture often ends in a line end that was never sent: what Content-Length does not count is taken off, and said. */
function trimmed(request: CapturedRequest): { readonly request: CapturedRequest; readonly notes: readonly string[] } {
  const declared = request.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const length = declared !== undefined && /^\d{1,9}$/.test(declared) ? Number(declared) : request.body.length;
  const over = request.body.length - length;
  if (over <= 0) return { request, notes: [] };
  const note = `The body here is ${over} ${over === 1 ? 'byte' : 'bytes'} longer than Content-Length says: only the first ${length} were checked.`;
  return { request: { ...request, body: request.body.subarray(0, length) }, notes: [note] };
}

function placeOf(options: Given, { path }: CapturedRequest): Place {
  const [, fromPath, connectionFromPath] = /^\/webhooks\/([^/?#]+)\/([^/?#]+)/.exec(path ?? '') ?? [];
  const account = textOption(options, 'account') ?? fromPath;
  const connection = textOption(options, 'connection') ?? connectionFromPath;
  if (account !== undefined && connection !== undefined) return { account, connection };
  throw new CliError(
    'Whose webhook is it? Its path does not say: add --account and --connection (see "retour connections list").',
  );
}

function atOption(options: Given): string | undefined {
  const text = textOption(options, 'at');
  if (text === undefined || !Number.isNaN(Date.parse(text))) return text;
  throw new CliError('--at must be a time with its zone such as 2026-11-20T10:00:00Z.');
}

async function check(
  api: ApiClient,
  place: Place,
  { method, path, headers, body }: CapturedRequest,
  at: string | undefined,
): Promise<VerificationAnswer> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    byName.set(lower, [...(byName.get(lower) ?? []), value]);
  }
  return await api.post<VerificationAnswer>(
    '/v1/verifications',
    {},
    {
      ...place,
      method,
      ...(path === null ? {} : { path }),
      headers: Object.fromEntries(byName),
      bodyBase64: Buffer.from(body).toString('base64'),
      ...(at === undefined ? {} : { at }),
    },
  );
}

/** Asks again with what may have happened to the request undone, until something fits. */
async function tried(
  { reason, skewSeconds, scheme, wouldFit }: RefusedVerification,
  { body }: CapturedRequest,
  checkBody: (body: Uint8Array, at?: string) => Promise<VerificationAnswer>,
  nowMs: number,
): Promise<readonly string[]> {
  if (reason === 'outside-tolerance' && skewSeconds !== null) {
    const then = await checkBody(body, new Date(nowMs + skewSeconds * 1000).toISOString());
    const clock = `The sender's clock was ${describeSkew(skewSeconds)} when this was checked.`;
    if (then.outcome === 'rejected') return [clock];
    return [`${clock} The signature itself is right: check a fresh capture, or give --at the time it was sent.`];
  }
  if (wouldFit) {
    const { algorithm, encoding } = wouldFit;
    return [
      `It would fit as ${algorithm} in ${encoding}, with this very secret: set algorithm: ${algorithm} and encoding: ${encoding} in settings.verification, if the provider's documentation agrees.`,
    ];
  }
  if (reason !== 'mismatch') return [];
  if (!provesBody(scheme)) return [lookAtSecret(scheme)];
  for (const { what, remedy, body: other } of variantsOf(body)) {
    if ((await checkBody(other)).outcome === 'accepted') return [`It would fit ${what}. ${remedy}`];
  }
  return [lookAtSecret(scheme)];
}

function shown(place: Place, answer: VerificationAnswer, findings: readonly string[], deps: CliDeps): string {
  const where = `${place.account}/${place.connection}`;
  const notes = findings.map(finding => `→ ${printable(finding)}\n`).join('');
  if (answer.outcome === 'accepted') {
    const secret = answer.secretIndex === null ? 'no secret took part' : `secret ${answer.secretIndex + 1} fits`;
    return `${paint('accepted', 'green', deps.colour)}  ${where} would take it: ${answer.trust}, ${secret}.\n${notes}`;
  }
  const fields = renderFields(
    [
      ['looked for', answer.header],
      ['came', answer.received === null ? 'nothing' : `${answer.received}… (SHA-256)`],
      ['expected', answer.expected.map(digest => `${digest}…`).join(' or ')],
      ["sender's clock", answer.skewSeconds === null ? null : describeSkew(answer.skewSeconds)],
    ],
    deps,
  );
  const reason = explainReason(answer.reason, answer);
  return `${paint('refused', 'red', deps.colour)}  ${where} would answer 401 (${answer.reason}).\n${reason}\n${fields}${notes}`;
}
