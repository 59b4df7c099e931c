import { Hono } from 'hono';
import { html } from 'hono/html';
import type { ApiDocument } from './api-document.ts';
import type { HttpDeps } from './deps.ts';
import { docsPage } from './docs.ts';
import type { HttpEnv } from './http-env.ts';
import { answerOpenJson, answerPage, wantsPage } from './page.ts';

/** `/`, `/docs` and `/openapi.json`. The document is made at the first request for it, not at start. */
export function pages({ config }: Pick<HttpDeps, 'config'>, document: () => ApiDocument): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();

  app.get('/openapi.json', () => answerOpenJson(document()));

  app.get('/docs', c => answerPage(c, 'Retour reference', docsPage(document())));

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
      c,
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
