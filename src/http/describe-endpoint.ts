import { type RouteConfig, z } from '@hono/zod-openapi';
import { ERROR_CODES, type ErrorCode } from '../gateway-error.ts';
import type { Role } from '../storage/store.ts';
import { problemUrl } from './problem.ts';
import { PROBLEM_TEXTS } from './problem-texts.ts';

/** How an endpoint stands in the OpenAPI document. */

export interface EndpointFacts {
  readonly method: 'get' | 'post' | 'delete';
  /** In OpenAPI's form: `/v1/returns/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** One of these is enough. */
  readonly roles: readonly Role[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean; readonly example: unknown };
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType;
  readonly example: unknown;
  /** Beside those that every endpoint of its kind can give. */
  readonly problems?: readonly ErrorCode[];
}

/** RFC 9457, as every endpoint answers what did not work. */
export const Problem = z
  .object({
    type: z.string().describe('URL of the page that says what the code means and what to do.'),
    title: z.string().describe('The code in words.'),
    status: z.int().describe('HTTP status.'),
    detail: z.string().describe('One sentence about this occurrence.'),
    code: z
      .enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])
      .describe('Stable; what programs should look at.'),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .describe('JSON Pointer into the request, beginning with its part: /path, /query, /header or /body.'),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Only with VALIDATION_FAILED.'),
    requestId: z
      .string()
      .optional()
      .describe('Also in the header x-request-id and in the log. Absent from a refused webhook.'),
    rejectionId: z.string().optional().describe('Only with SIGNATURE_REJECTED: the entry of GET /v1/rejections.'),
  })
  .meta({ id: 'Problem', description: 'What did not work (RFC 9457, application/problem+json).' });

export function describeEndpoint(endpoint: EndpointFacts, idempotent: boolean, publicUrl: string): RouteConfig {
  const { method, path, tag, summary, roles, params, query, body, status, answer, example } = endpoint;
  const needs = roles.length === 0 ? 'Any token.' : `Role: ${roles.join(' or ')}.`;
  const description = `${endpoint.description} ${needs}`;
  const header = !idempotent ? {} : { headers: z.object({ 'idempotency-key': IdempotencyKey }) };
  return {
    method,
    path,
    tags: [tag],
    summary,
    description,
    operationId: operationId(method, path),
    security: [{ bearer: [] }],
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...header,
      ...(body === undefined
        ? {}
        : {
            body: {
              required: body.required,
              content: { 'application/json': { schema: body.schema, example: body.example } },
            },
          }),
    },
    responses: {
      [status]: { description: 'Done.', content: { 'application/json': { schema: answer, example } } },
      ...describeProblems(problemsOf(endpoint, idempotent), publicUrl),
    },
  };
}

const IdempotencyKey = z.string().min(1).max(200).optional().meta({
  description:
    'Makes a repetition safe, per token and route for 24 hours: the same request gets the first answer again (with Idempotency-Replayed: true), another one 422, one that still runs 409.',
});

function problemsOf({ roles, params, body, problems = [] }: EndpointFacts, idempotent: boolean): readonly ErrorCode[] {
  // An unknown parameter is refused everywhere, also where none is taken.
  const codes: ErrorCode[] = ['UNAUTHENTICATED', 'VALIDATION_FAILED', 'STORE_UNAVAILABLE', 'BUG', ...problems];
  if (roles.length > 0) codes.push('FORBIDDEN');
  if (params !== undefined) codes.push('NOT_FOUND');
  if (body !== undefined) codes.push('PAYLOAD_TOO_LARGE');
  if (idempotent) codes.push('IDEMPOTENCY_MISMATCH', 'CONFLICT');
  return [...new Set(codes)];
}

/** One response per status, naming every code it may carry. */
export function describeProblems(codes: readonly ErrorCode[], publicUrl: string): RouteConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const status = ERROR_CODES[code].status;
    if (status !== null) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([one], [other]) => one - other)
      .map(([status, of]) => {
        const [code] = of as [ErrorCode, ...ErrorCode[]];
        const { title, cause } = PROBLEM_TEXTS[code];
        const example = {
          type: problemUrl(publicUrl, code),
          title,
          status,
          detail: cause,
          code,
          requestId: '0b6f2c1e-5c1d-4a52-9d0e-3f1f6f1f7a10',
        };
        const description = of.map(each => `${each}: ${PROBLEM_TEXTS[each].title}.`).join(' ');
        return [status, { description, content: { 'application/problem+json': { schema: Problem, example } } }];
      }),
  );
}

/** `get /v1/returns/{id}/events` → `getReturnsIdEvents`. */
function operationId(method: string, path: string): string {
  const words = path
    .split('/')
    .map(part => part.replaceAll(/[{}]/g, ''))
    .filter(part => part !== '' && part !== 'v1');
  return method + words.map(word => word[0]!.toUpperCase() + word.slice(1)).join('');
}
