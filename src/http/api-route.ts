import { isUtf8 } from 'node:buffer';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { hasHalfCharacter } from '../adapter/read-json.ts';
import { GatewayError } from '../gateway-error.ts';
import { requireRole } from './auth.ts';
import type { HttpDeps, Principal } from './deps.ts';
import { describeEndpoint, type EndpointFacts } from './describe-endpoint.ts';
import type { HttpContext, HttpEnv } from './http-env.ts';
import { idempotently, readIdempotencyKey } from './idempotency.ts';
import { bodyOf, declaredLength, headersOf, targetOf } from './inbound-request.ts';
import { invalid, methodNotAllowed, validationFailed } from './problem.ts';
import { readBody } from './read-body.ts';
import { faultsOf } from './request-faults.ts';

/** One endpoint of the API: described once, and both the check of a request and the OpenAPI document follow from it. */
export interface Endpoint<Params, Query, Body, Answer extends z.ZodType> extends EndpointFacts {
  readonly params?: z.ZodType<Params> & z.ZodObject;
  readonly query?: z.ZodType<Query> & z.ZodObject;
  readonly body?: { readonly schema: z.ZodType<Body>; readonly required: boolean; readonly example: unknown };
  readonly answer: Answer;
  readonly example: z.input<Answer>;
  /** Takes an `Idempotency-Key`, unless this call changes nothing. */
  readonly idempotent?: (query: Query) => boolean;
  /** The answer without what is shown only once: what is stored for, and given to, a repetition. */
  readonly remember?: (answer: DeepReadonly<z.input<Answer>>) => DeepReadonly<z.input<Answer>>;
}

export interface Call<Params, Query, Body> {
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

export type DeepReadonly<T> = T extends readonly (infer Entry)[]
  ? readonly DeepReadonly<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export interface Api {
  readonly app: OpenAPIHono<HttpEnv>;
  readonly deps: HttpDeps;
  /** Methods per path, for `Allow`. */
  readonly methods: Map<string, string[]>;
}

/** A page of a list, as answered. */
export function listOf<Entry extends z.ZodType>(entry: Entry) {
  return z.object({
    data: z.array(entry),
    nextCursor: z.string().nullable().describe('Cursor of the next page; null on the last one.'),
  });
}

/** Registers the endpoint and describes it. Order of the checks: token, role, idempotency key, path, query, body; then `handle`. */
export function addEndpoint<Params, Query, Body, Answer extends z.ZodType>(
  { app, deps, methods }: Api,
  endpoint: Endpoint<Params, Query, Body, Answer>,
  handle: (call: Call<Params, Query, Body>) => Promise<DeepReadonly<z.input<Answer>>>,
): void {
  const { method, path, roles, status } = endpoint;
  app.openAPIRegistry.registerPath(
    describeEndpoint(endpoint, endpoint.idempotent !== undefined, deps.config().gateway.publicUrl),
  );
  const honoPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
  methods.set(honoPath, [
    ...(methods.get(honoPath) ?? []),
    ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]),
  ]);

  app.on(method.toUpperCase(), [honoPath], async c => {
    const principal = c.get('principal')!;
    c.set('route', `${method.toUpperCase()} ${path}`);
    requireRole(principal, roles);
    const key = endpoint.idempotent === undefined ? null : readIdempotencyKey(c.req.header('idempotency-key'));
    const params = check('path', endpoint.params, c.req.param()) as Params;
    const query = check('query', endpoint.query ?? z.strictObject({}), queryOf(c)) as Query;
    const text = endpoint.body === undefined ? '' : await bodyText(c, deps, endpoint.body.required);
    const body = (
      endpoint.body === undefined ? undefined : check('body', endpoint.body.schema, parseJson(text))
    ) as Body;
    const run = async () => {
      const answer = await handle({ principal, params, query, body });
      return {
        status,
        body: JSON.stringify(answer),
        remembered: JSON.stringify(endpoint.remember?.(answer) ?? answer),
      };
    };
    if (key === null || endpoint.idempotent?.(query) !== true) return answerJson(status, (await run()).body);

    const target = targetOf(c);
    const request = JSON.stringify([target.path, target.query, text]);
    const done = await idempotently(
      deps,
      { tokenId: principal.tokenId, route: `${method.toUpperCase()} ${path}`, key, request },
      run,
    );
    return answerJson(done.status, done.body, done.replayed);
  });
}

/** Once every endpoint is there: any other method on their paths is told what the path takes. */
export function closeMethods({ app, deps, methods }: Api): void {
  for (const [path, allowed] of methods) app.all(path, methodNotAllowed(deps, allowed));
}

function answerJson(status: number, body: string, replayed = false): Response {
  const headers = { 'content-type': 'application/json', ...(replayed ? { 'idempotency-replayed': 'true' } : {}) };
  return new Response(body, { status, headers });
}

function check(part: 'path' | 'query' | 'body', schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  throw validationFailed(part, faultsOf(parsed.error.issues, value, known));
}

/** A parameter given twice is an array, which no schema takes: neither of the two is silently preferred. */
function queryOf(c: HttpContext): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

async function bodyText(c: HttpContext, { config }: HttpDeps, required: boolean): Promise<string> {
  // The largest thing anybody sends here is a captured webhook as Base64, with its headers.
  const maxBytes = Math.ceil((config().gateway.intake.maxBodyBytes * 4) / 3) + 65_536;
  const tooLarge = () => new GatewayError('PAYLOAD_TOO_LARGE', 'The body is larger than this endpoint takes.');
  const headers = headersOf(c);
  if ((declaredLength(headers) ?? 0) > maxBytes) throw tooLarge();
  const read = await readBody(bodyOf(c), { maxBytes, take: () => true });
  if (read.outcome !== 'read') throw tooLarge();
  if (!isUtf8(read.bytes)) throw invalid('/body', 'is not UTF-8');
  const text = Buffer.from(read.bytes).toString('utf8');
  if (text.trim() === '') {
    if (required) throw invalid('/body', 'is missing; send JSON');
    return '{}';
  }
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw invalid('/header/content-type', 'must be application/json');
  }
  return text;
}

function parseJson(text: string): unknown {
  if (hasHalfCharacter(text)) throw invalid('/body', 'holds half a character in one of its texts');
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('/body', 'is not JSON');
  }
}
