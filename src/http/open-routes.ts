import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../gateway-error.ts';
import { describeProblems } from './describe-endpoint.ts';
import { EventEntry, ReturnInMessage } from './event-view.ts';
import type { HttpEnv } from './http-env.ts';

/** Describes what is served outside `/v1`, and the webhook that destinations get. */
export function describeOpenRoutes({ openAPIRegistry: registry }: OpenAPIHono<HttpEnv>, publicUrl: string): void {
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: "A token of POST /v1/tokens (rtk_…), or the administrator's.",
  });
  const problems = (...codes: ErrorCode[]) => describeProblems(codes, publicUrl);
  const page = (description: string) => ({ 200: { description, content: { 'text/html': { schema: z.string() } } } });
  const open: Pick<RouteConfig, 'method' | 'tags' | 'security'> = { method: 'get', tags: ['Operations'], security: [] };

  const acknowledged = z.object({
    id: z.string().describe('Id of the kept request (inb_…).'),
    duplicate: z.boolean().describe('true: a redelivery of that request; nothing more was kept.'),
  });
  const kept = (description: string) => ({
    description,
    content: {
      'application/json': { schema: acknowledged, example: { id: 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb', duplicate: false } },
    },
  });
  const routes: readonly RouteConfig[] = [
    {
      method: 'post',
      path: '/webhooks/{account}/{connection}',
      operationId: 'receiveWebhook',
      tags: ['Webhooks'],
      summary: 'Receive a webhook',
      description:
        'What the provider of this connection sends, in its own form and with its own proof. Answered 2xx only after the bytes are on disk; what they mean is found out afterwards and never an error to the sender.',
      security: [],
      request: {
        params: z.object({
          account: z.string().meta({ description: 'The account.', example: 'acme-outdoor' }),
          connection: z.string().meta({ description: 'The connection.', example: 'happy-returns' }),
        }),
        body: {
          required: true,
          content: { '*/*': { schema: z.string().meta({ description: "The provider's bytes." }) } },
        },
      },
      responses: {
        200: kept('Kept, or known already; where the connection acknowledges with 200.'),
        202: kept('Kept, or known already; where the connection acknowledges with 202.'),
        ...problems(
          'SIGNATURE_REJECTED',
          'METHOD_NOT_ALLOWED',
          'PAYLOAD_TOO_LARGE',
          'ENCODING_REFUSED',
          'CONNECTION_UNKNOWN',
          'OVERLOADED',
          'STORE_UNAVAILABLE',
          'BUG',
        ),
      },
    },
    {
      ...open,
      path: '/',
      operationId: 'getRoot',
      summary: 'What this is',
      responses: page('Where to look; JSON where HTML is not asked for.'),
    },
    {
      ...open,
      path: '/docs',
      operationId: 'getDocs',
      summary: 'This reference',
      responses: page('The reference as a page without script.'),
    },
    {
      ...open,
      path: '/openapi.json',
      operationId: 'getOpenapi',
      summary: 'This reference for programs',
      responses: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: z.object({}) } } } },
    },
    {
      ...open,
      path: '/problems',
      operationId: 'getProblems',
      summary: 'Every problem code',
      responses: page('Every code; JSON where HTML is not asked for.'),
    },
    {
      ...open,
      path: '/problems/{code}',
      operationId: 'getProblemsCode',
      summary: 'What a problem code means',
      request: {
        params: z.object({ code: z.string().meta({ description: 'The code.', example: 'SIGNATURE_REJECTED' }) }),
      },
      responses: { ...page('Cause and remedy; JSON where HTML is not asked for.'), ...problems('NOT_FOUND') },
    },
    {
      ...open,
      path: '/healthz',
      operationId: 'getHealthz',
      summary: 'Whether the process lives',
      responses: {
        200: {
          description: 'It does.',
          content: { 'application/json': { schema: z.object({ alive: z.literal(true) }), example: { alive: true } } },
        },
      },
    },
    {
      ...open,
      path: '/readyz',
      operationId: 'getReadyz',
      summary: 'Whether webhooks can be kept',
      responses: {
        200: readiness('They can.', true, null),
        503: readiness('They cannot now; reason says why.', false, 'the store does not answer'),
      },
    },
    {
      ...open,
      security: [{ bearer: [] }],
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Metrics for Prometheus',
      description: 'Any token.',
      responses: {
        200: { description: 'Prometheus text.', content: { 'text/plain': { schema: z.string() } } },
        ...problems('UNAUTHENTICATED', 'STORE_UNAVAILABLE'),
      },
    },
  ];
  for (const route of routes) registry.registerPath(route);

  const message = z.object({
    type: z.string().describe('What happened, e.g. shipment.dropped_off.'),
    timestamp: z.string().describe('When it took effect.'),
    data: z
      .object({
        ...EventEntry.shape,
        return: ReturnInMessage,
      })
      .omit({ position: true, type: true, timestamp: true, returnId: true }),
  });
  registry.registerWebhook({
    method: 'post',
    path: 'event',
    operationId: 'deliverEvent',
    tags: ['Webhooks'],
    summary: 'What a destination receives',
    description:
      'Signed as Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature). Answer 2xx within the timeout; anything else is tried again. Deduplicate by webhook-id, and keep the highest sequence per return. Personal data (data.return.shopper) is added only where the destination is configured with personalData: true.',
    request: { body: { content: { 'application/json': { schema: message } } } },
    responses: { 204: { description: 'Taken.' } },
  });
}

function readiness(description: string, ready: boolean, reason: string | null) {
  const schema = z.object({
    ready: z.boolean(),
    reason: z.string().nullable().describe('Why not, in words.'),
    roles: z.array(z.string()).describe('What this process does of receive, process and deliver; the rest waits.'),
  });
  const example = { ready, reason, roles: ['receive', 'process', 'deliver'] };
  return { description, content: { 'application/json': { schema, example } } };
}
