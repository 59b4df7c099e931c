import type { OpenAPIHono } from '@hono/zod-openapi';
import { accountsApi } from './accounts-api.ts';
import { type Api, closeMethods } from './api-route.ts';
import { authenticate } from './auth.ts';
import { deliveriesApi } from './deliveries-api.ts';
import type { HttpDeps } from './deps.ts';
import { destinationsApi } from './destinations-api.ts';
import { erasuresApi } from './erasures-api.ts';
import { findingsApi } from './findings-api.ts';
import type { HttpEnv } from './http-env.ts';
import { inboundApi } from './inbound-api.ts';
import { requestIdOf } from './problem.ts';
import { retentionApi } from './retention-api.ts';
import { returnsApi } from './returns-api.ts';
import { tokensApi } from './tokens-api.ts';
import { verificationsApi } from './verifications-api.ts';

/** What every answer below `/v1` carries. There is no CORS: browsers of other sites have no business here. */
const API_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Everything below `/v1`: a token first, then the subjects, one file each. */
export function mountApi(app: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  app.use('/v1/*', async function logRequest(c, next) {
    const startedAtMs = deps.now();
    const requestId = requestIdOf(c);
    await next();
    c.res.headers.set('x-request-id', requestId);
    for (const [name, value] of Object.entries(API_HEADERS)) c.res.headers.set(name, value);
    const principal = c.get('principal');
    // The template of the route and never its address: a query may hold an e-mail address.
    const line = {
      event: 'api.request',
      requestId,
      method: c.req.method,
      route: c.get('route') ?? null,
      status: c.res.status,
    };
    deps.log.info({
      ...line,
      durationMs: deps.now() - startedAtMs,
      tokenId: principal?.tokenId ?? null,
      principal: principal?.name ?? null,
    });
  });
  app.use('/v1/*', async function requireToken(c, next) {
    c.set('principal', await authenticate(deps, c));
    await next();
  });

  const api: Api = { app, deps, methods: new Map() };
  returnsApi(api);
  inboundApi(api);
  verificationsApi(api);
  findingsApi(api);
  deliveriesApi(api);
  destinationsApi(api);
  accountsApi(api);
  erasuresApi(api);
  retentionApi(api);
  tokensApi(api);
  closeMethods(api);
}
