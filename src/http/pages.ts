import { Hono } from 'hono';
import { html } from 'hono/html';
import type { ApiDocument } from './api-document.ts';
import type { HttpDeps } from './deps.ts';
import { docsPage } from './docs.ts';
import type { HttpEnv } from './http-env.ts';
import { answerOpenJson, answerPage, JSON_HEADERS, openJson, PAGE_HEADERS, page, wantsPage } from './page.ts';

/**
 * `/`, `/docs` and `/openapi.json`. Anybody may ask for the two large ones, so each is made once, at the first request for
 * it, and every answer shares its bytes: ten thousand answers that nobody reads cost no more than one.
 */
export function pages({ config }: Pick<HttpDeps, 'config'>, document: () => ApiDocument): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const openApi = once(async () => openJson(document()));
  const docs = once(() => page('Retour reference', docsPage(document())));

  app.get('/openapi.json', async () => new Response(await openApi(), { headers: JSON_HEADERS }));

  app.get('/docs', async () => new Response(await docs(), { headers: PAGE_HEADERS }));

  app.get('/', c => {
    const { publicUrl } = config().gateway;
    if (!wantsPage(c)) {
      return answerOpenJson({
        name: 'retour',
        about: 'A returns integration gateway.',
        docs: `${publicUrl}/docs`,
        openapi: `${publicUrl}/openapi.json`,
      });
    }
    return answerPage(
      'Retour',
      html`<h1>Retour</h1>
<p>A returns integration gateway: webhooks of return providers in, one canonical return, signed events out.</p>
<ul>
<li><a href="/docs">Reference of the API</a>, and <a href="/openapi.json">the same for programs</a></li>
<li><a href="/problems">What error codes mean</a></li>
<li><a href="/readyz">Whether it is ready</a></li>
</ul>`,
    );
  });

  return app;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
