import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import { mountApi } from './api.ts';
import type { ApiDocument } from './api-document.ts';
import type { HttpDeps } from './deps.ts';
import { health } from './health.ts';
import type { HttpEnv } from './http-env.ts';
import { describeOpenRoutes } from './open-routes.ts';
import { documentOf } from './openapi.ts';
import { pages } from './pages.ts';
import { methodNotAllowed, notFound, onError } from './problem.ts';
import { problemPages } from './problem-pages.ts';
import { webhooks } from './webhooks.ts';

/** Version of the HTTP interface, as the OpenAPI document states it. */
const API_VERSION = '1.0.0';

const READ_ONLY = ['/', '/docs', '/openapi.json', '/problems', '/problems/:code', '/healthz', '/readyz', '/metrics'];

/** The whole HTTP surface. Webhooks stand first and alone: no middleware lies on their way. */
export function createApp(deps: HttpDeps): Hono {
  const app = new OpenAPIHono<HttpEnv>();
  const { publicUrl } = deps.config().gateway;
  app.onError(onError(deps));
  app.notFound(notFound(deps));

  app.route('/', webhooks(deps));
  app.route('/', health(deps));
  app.route('/', problemPages(deps));
  let document: ApiDocument | null = null;
  const documented = () => {
    document ??= documentOf(app, publicUrl, API_VERSION);
    return document;
  };
  app.route('/', pages(deps, documented));
  for (const path of READ_ONLY) app.all(path, methodNotAllowed(deps, ['GET', 'HEAD']));

  describeOpenRoutes(app, publicUrl);
  mountApi(app, deps);
  // What a request carries inside is nobody's business outside.
  return app as unknown as Hono;
}

/** The OpenAPI 3.1 document without a running gateway. */
export function openApiDocument(publicUrl: string): ApiDocument {
  const app = new OpenAPIHono<HttpEnv>();
  describeOpenRoutes(app, publicUrl);
  // Endpoints are described where they are added, and none of these is ever called: they need no more than the URL.
  mountApi(app, { config: () => ({ gateway: { publicUrl } }) } as unknown as HttpDeps);
  return documentOf(app, publicUrl, API_VERSION);
}
