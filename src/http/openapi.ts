import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDocument } from './api-document.ts';
import type { HttpEnv } from './http-env.ts';

/** The OpenAPI 3.1 document: made from what the endpoints themselves are checked by, plus the routes outside the API. */

const TAGS = [
  { name: 'Webhooks', description: 'What return providers call.' },
  { name: 'Returns', description: 'The canonical returns and what was recorded of them.' },
  { name: 'Inbound', description: 'What was received, byte for byte, and reading it again.' },
  { name: 'Verification', description: 'Why a webhook was refused.' },
  { name: 'Deliveries', description: 'What was sent to destinations, try by try.' },
  { name: 'Destinations', description: 'Pausing, resuming and testing destinations.' },
  { name: 'Accounts', description: 'What is configured.' },
  { name: 'Tokens', description: 'Who may call this API.' },
  { name: 'Operations', description: 'Health, metrics and this reference.' },
];

const DESCRIPTION = `Retour takes in webhooks of return providers, keeps their bytes, folds them into one canonical return and delivers signed events.

Every call below /v1 carries "Authorization: Bearer <token>". What belongs to an account outside the token's scope is answered 404.
Each call names the roles of which one is enough. support includes viewer, and on_call includes both; the others include nothing.
Times are ISO 8601 in UTC, amounts whole minor units of their currency. Lists are newest first; follow nextCursor until it is null.
Whatever did not work is answered as application/problem+json (RFC 9457); its type leads to a page with cause and remedy.
Answers may gain fields; ignore those you do not know. Unknown parameters and fields of requests are refused.`;

export function documentOf(app: OpenAPIHono<HttpEnv>, publicUrl: string, version: string): ApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Retour',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: TAGS,
  }) as unknown as ApiDocument;
}
