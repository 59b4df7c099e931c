import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HttpContext } from './http-env.ts';

/** The frame of the few pages the gateway serves: plain HTML, one style sheet, no script, readable on a phone. */

const CSS = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); } h3 { margin-top: 2rem; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; } pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; overflow-wrap: normal; border-radius: 4px; }
dl { margin: 0.25rem 0; padding-left: 0.75rem; border-left: 2px solid var(--line); } dt { margin-top: 0.4rem; } dd { margin: 0 0 0 0.75rem; }
section.operation { border-top: 1px solid var(--line); } nav ul { padding-left: 1.1rem; } summary { cursor: pointer; }
.method { font-weight: 700; text-transform: uppercase; } .soft { opacity: 0.75; }
`;

const STYLE_HASH = createHash('sha256').update(CSS).digest('base64');

/** Nothing runs, nothing is loaded, nothing is framed; the one style sheet is allowed by its digest. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=UTF-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

export type Html = ReturnType<typeof html>;

export async function page(title: string, content: Html): Promise<Uint8Array<ArrayBuffer>> {
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(CSS)}</style>
</head>
<body>
${content}
</body>
</html>
`;
  return new TextEncoder().encode(String(text));
}

export async function answerPage(title: string, content: Html): Promise<Response> {
  return new Response(await page(title, content), { headers: PAGE_HEADERS });
}

export const JSON_HEADERS = {
  'content-type': 'application/json',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

export function openJson(body: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(body));
}

/** JSON that anybody may read: an API answer without a token. */
export function answerOpenJson(body: unknown, status = 200): Response {
  return new Response(openJson(body), { status, headers: JSON_HEADERS });
}

/** A browser names HTML; everything else gets JSON. */
export function wantsPage(c: HttpContext): boolean {
  return /\btext\/html\b/i.test(c.req.header('accept') ?? '');
}
