import { Hono } from 'hono';
import { describeError } from '../telemetry/log.ts';
import { authenticate } from './auth.ts';
import type { HttpDeps } from './deps.ts';
import type { HttpEnv } from './http-env.ts';
import { answerOpenJson } from './page.ts';
import { TAKES_NONE } from './webhooks.ts';

/** SHA-256 of nothing anybody holds: reading it tells whether the store answers. */
const NO_TOKEN = '0'.repeat(64);

/** `/healthz`: the process lives. `/readyz`: it can keep webhooks. `/metrics`: Prometheus, for any token. */
export function health(
  deps: Pick<HttpDeps, 'store' | 'notReady' | 'degraded' | 'roles' | 'metrics' | 'now' | 'log' | 'adminTokenDigest'>,
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();

  app.get('/healthz', () => answerOpenJson({ alive: true }));

  app.get('/readyz', async () => {
    const takesNone = deps.roles.includes('receive') ? null : TAKES_NONE;
    const reason = takesNone ?? deps.notReady() ?? deps.degraded() ?? (await storeTrouble());
    return answerOpenJson({ ready: reason === null, reason, roles: deps.roles }, reason === null ? 200 : 503);
  });

  app.get('/metrics', async c => {
    await authenticate(deps, c);
    const text = await deps.metrics.expose(await deps.store.backlog(), deps.now());
    return new Response(text, { headers: { 'content-type': deps.metrics.contentType, 'cache-control': 'no-store' } });
  });

  async function storeTrouble(): Promise<string | null> {
    try {
      await deps.store.findToken(NO_TOKEN);
      return null;
    } catch (error) {
      deps.log.warn({ event: 'http.not_ready', ...describeError(error) });
      return 'the store does not answer';
    }
  }

  return app;
}
