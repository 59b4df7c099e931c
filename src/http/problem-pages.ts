import { Hono } from 'hono';
import { html } from 'hono/html';
import { ERROR_CODES, type ErrorCode, GatewayError } from '../gateway-error.ts';
import type { HttpDeps } from './deps.ts';
import type { HttpEnv } from './http-env.ts';
import { answerOpenJson, answerPage, wantsPage } from './page.ts';
import { problemUrl } from './problem.ts';
import { PROBLEM_TEXTS } from './problem-texts.ts';

/** `/problems` and `/problems/{code}`: where the `type` of every problem leads. */
export function problemPages({ config }: Pick<HttpDeps, 'config'>): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();

  app.get('/problems', c => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[];
    if (!wantsPage(c))
      return answerOpenJson({ data: codes.map(code => factsOf(code, config().gateway.publicUrl)), nextCursor: null });
    const entries = codes.map(
      code => html`<dt><a href="/problems/${code}"><code>${code}</code></a></dt><dd>${PROBLEM_TEXTS[code].title}</dd>`,
    );
    return answerPage(
      'Problems',
      html`<h1>Problems</h1><p>Every code the gateway may answer or stop with.</p><dl>${entries}</dl>`,
    );
  });

  app.get('/problems/:code', c => {
    const code = c.req.param('code');
    if (!isCode(code))
      throw new GatewayError('NOT_FOUND', 'There is no problem with this code; /problems lists them all.');
    if (!wantsPage(c)) return answerOpenJson(factsOf(code, config().gateway.publicUrl));
    const { title, cause, remedy } = PROBLEM_TEXTS[code];
    const { status, retryable } = ERROR_CODES[code];
    const answered =
      status === null
        ? 'The gateway stops with this code; it is never an answer over HTTP.'
        : `Answered with HTTP ${status}.`;
    const again = retryable ? 'The same request can succeed later.' : 'Sending the same request again does not help.';
    return answerPage(
      `${code}: ${title}`,
      html`<p><a href="/problems">All problems</a></p>
<h1>${title}</h1>
<p><code>${code}</code> · ${answered} ${again}</p>
<h2>What happened</h2>
<p>${cause}</p>
<h2>What to do</h2>
<ul>${remedy.map(step => html`<li>${step}</li>`)}</ul>`,
    );
  });

  return app;
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

function factsOf(code: ErrorCode, publicUrl: string) {
  const { title, cause, remedy } = PROBLEM_TEXTS[code];
  return { type: problemUrl(publicUrl, code), code, title, ...ERROR_CODES[code], cause, remedy };
}
