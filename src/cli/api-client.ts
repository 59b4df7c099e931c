import type { InboundRequest } from '../adapter/webhook.ts';
import { readRemote } from '../config/load-config.ts';
import { answerTrouble, noAnswer, noList, noToken, notRetour } from './api-trouble.ts';
import type { CliDeps } from './cli-command.ts';

/** Speaks to a running gateway. Whatever does not work is thrown as a `CliError` with its remedy. */
export interface ApiClient {
  readonly url: string;
  get<Answer>(path: string, query?: Query): Promise<Answer>;
  post<Answer>(path: string, query?: Query, body?: unknown): Promise<Answer>;
  delete<Answer>(path: string): Promise<Answer>;
  /** As many rows as asked for, over as many pages as that takes; `nextCursor` tells whether there are more. */
  list<Row>(path: string, query: Query, limit: number): Promise<Listed<Row>>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Listed<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

/** The largest page of the API. */
export const PAGE = 200;
/** A replay of a large request takes longest. */
const TIMEOUT_MS = 60_000;

/** Needs RETOUR_TOKEN; throws where it is not set. */
export function connectApi(deps: CliDeps): ApiClient {
  const { url, token } = readRemote(deps.env);
  if (token === null) throw noToken(url);
  const authorization = `Bearer ${token.reveal()}`;

  async function call<Answer>(method: string, path: string, query: Query = {}, body?: unknown): Promise<Answer> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const response = await exchange(url, `${path}${search.size === 0 ? '' : `?${search}`}`, {
      method,
      headers: { authorization, accept: 'application/json', ...(body === undefined ? {} : JSON_BODY) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await readAnswer(url, response);
    if (!response.ok) throw answerTrouble(url, response, answer);
    return answer as Answer;
  }

  return {
    url,
    get: (path, query) => call('GET', path, query),
    post: (path, query, body) => call('POST', path, query, body),
    delete: path => call('DELETE', path),
    async list<Row>(path: string, query: Query, limit: number) {
      const data: Row[] = [];
      let nextCursor: string | null = null;
      do {
        const cursor: string | undefined = nextCursor ?? undefined;
        const page: Listed<Row> = await call('GET', path, {
          ...query,
          limit: Math.min(PAGE, limit - data.length),
          cursor,
        });
        if (!Array.isArray(page.data)) throw noList(url);
        data.push(...page.data);
        nextCursor = page.nextCursor;
      } while (nextCursor !== null && data.length < limit);
      return { data, nextCursor };
    },
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

export interface WebhookReply {
  readonly status: number;
  /** The answer's JSON; `null` where it is none. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

/** Posts a webhook as a provider does: no token, the bytes as they are. */
export async function sendWebhook(deps: CliDeps, request: InboundRequest): Promise<WebhookReply> {
  const { url } = readRemote(deps.env);
  const headers = Object.entries(request.headers).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const search = request.query.size === 0 ? '' : `?${request.query}`;
  const response = await exchange(url, `${request.path}${search}`, {
    method: request.method,
    headers,
    body: Buffer.from(request.body),
  });
  const answer = await readAnswer(url, response);
  return { status: response.status, answer: answer as WebhookReply['answer'] };
}

export interface Readiness {
  readonly ready: boolean;
  readonly reason: string | null;
  /** Of receive, process and deliver; `null`: it does not say. */
  readonly roles: readonly string[] | null;
}

/** What `/readyz` answers; `null` where nothing listens or it is no gateway. Asks no longer than two seconds. */
export async function readiness(url: string): Promise<Readiness | null> {
  try {
    const response = await fetch(`${url}/readyz`, { redirect: 'manual', signal: AbortSignal.timeout(2000) });
    const { ready, reason, roles } = (await response.json()) as Partial<Record<keyof Readiness, unknown>>;
    if (typeof ready !== 'boolean') return null;
    return {
      ready,
      reason: typeof reason === 'string' ? reason : null,
      roles: Array.isArray(roles) ? roles.map(String) : null,
    };
  } catch {
    return null;
  }
}

async function exchange(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    // A redirect would carry the request, and perhaps the token, to somebody else.
    return await fetch(`${url}${path}`, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw noAnswer(url, cause);
  }
}

async function readAnswer(url: string, response: Response): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw noAnswer(url, cause);
  }
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // told below
  }
  throw notRetour(url, response);
}
