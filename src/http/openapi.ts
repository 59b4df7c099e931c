import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDocument, Operation } from './api-document.ts';
import type { HttpEnv } from './http-env.ts';

/** The OpenAPI 3.1 document: made from what the endpoints themselves are checked by, plus the routes outside the API. */

const TAGS = [
  { name: 'Webhooks', description: 'What return providers call.' },
  { name: 'Returns', description: 'The canonical returns and what was recorded of them.' },
  { name: 'Inbound', description: 'What was received, byte for byte, and reading it again.' },
  { name: 'Verification', description: 'Why a webhook was refused.' },
  { name: 'Findings', description: 'What changed or fell silent at providers, for a person to look at.' },
  { name: 'Deliveries', description: 'What was sent to destinations, try by try.' },
  { name: 'Destinations', description: 'Pausing, resuming and testing destinations.' },
  { name: 'Accounts', description: 'What is configured.' },
  { name: 'Personal data', description: 'What is removed by age, and erasing a shopper.' },
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
  const document = app.getOpenAPI31Document({
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
  return withOpenAnswers(document);
}

/**
 * Requests are checked to the last field; answers and messages may gain fields, so that nobody's generated client breaks when
 * they do. The strictness of the canonical schemas is ours and not the reader's.
 */
function withOpenAnswers(document: ApiDocument): ApiDocument {
  const requests = Object.values(document.paths).flatMap(methods =>
    Object.values(methods).map(({ requestBody }) => requestBody),
  );
  const schemas = document.components.schemas ?? {};
  const ofRequests = new Set<string>();
  const collect = (value: unknown): void => {
    for (const name of namesIn(value)) {
      if (ofRequests.has(name)) continue;
      ofRequests.add(name);
      collect(schemas[name]);
    }
  };
  collect(requests);
  const { paths, webhooks = {}, components } = document;
  return {
    ...document,
    paths: mapOperations(paths, operation => ({ ...operation, responses: opened(operation.responses) })),
    webhooks: opened(webhooks),
    components: {
      ...components,
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, ofRequests.has(name) ? schema : opened(schema)]),
      ),
    },
  };
}

function mapOperations(paths: ApiDocument['paths'], change: (operation: Operation) => Operation): ApiDocument['paths'] {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, change(operation)])),
    ]),
  );
}

/** The same without `additionalProperties: false`, at every depth. */
function opened<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(opened) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => key !== 'additionalProperties' || entry !== false);
  return Object.fromEntries(entries.map(([key, entry]) => [key, opened(entry)])) as Value;
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    key === '$ref' ? [String(entry).slice('#/components/schemas/'.length)] : namesIn(entry),
  );
}
