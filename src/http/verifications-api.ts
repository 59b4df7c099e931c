import { z } from '@hono/zod-openapi';
import type { Evidence, InboundRequest, RejectionReason } from '../adapter/webhook.ts';
import { GatewayError } from '../gateway-error.ts';
import { Slug } from '../model/ids.ts';
import type { Rejection } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { mayReach } from './auth.ts';
import { given, PageQuery, readPage } from './cursor.ts';
import { AccountFilter, ConnectionFilter } from './filters.ts';
import { iso } from './instant.ts';
import { otherDigest, schemeOf } from './other-digests.ts';
import { invalid } from './problem.ts';

/** Why a webhook was refused: the records of refused ones, and a check of one that somebody captured. */

const TAG = 'Verification';
const REASONS = [
  'missing',
  'repeated',
  'malformed',
  'mismatch',
  'outside-tolerance',
] as const satisfies readonly RejectionReason[];

const evidence = {
  header: z.string().nullable().describe('The header or query parameter that was looked for.'),
  received: z
    .string()
    .nullable()
    .describe(
      'A digest, not the text: the first 8 hexadecimal characters (4 for a password or token) of the SHA-256 of the value that came; of the signature alone, without its prefix, where the value has the expected form. null where nothing came.',
    ),
  expected: z
    .array(z.string())
    .describe(
      'The same digest of the right value, one per secret; empty where none can be computed. Equal to received only where the signature fits and its time does not.',
    ),
  skewSeconds: z.number().nullable().describe("The sender's clock minus ours, in seconds, where the time is signed."),
  hint: z
    .string()
    .nullable()
    .describe('The form that was expected, where another one came (reason malformed); it quotes nothing that came.'),
};

const RejectionView = z
  .object({
    id: z.string().describe('The rejectionId of the answer (rej_…).'),
    account: z.string(),
    connection: z.string(),
    receivedAt: z.string(),
    reason: z.string().describe(`Why: ${REASONS.join(', ')}.`),
    method: z.string(),
    path: z.string(),
    ...evidence,
    bodyBytes: z.int().describe('Length of the body, in bytes. The body itself is not kept.'),
  })
  .meta({ id: 'Rejection', description: 'A webhook that was refused: why, and no secret.' });

const VerificationView = z
  .discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('accepted'),
      trust: z.enum(['signed', 'credential', 'fetched', 'hint']).describe('How far the sender is proven.'),
      secretIndex: z.int().nullable().describe('Which of the configured secrets fitted, from 0.'),
    }),
    z.object({
      outcome: z.literal('rejected'),
      reason: z.enum(REASONS),
      ...evidence,
      scheme: z.string().nullable().describe('How the connection has its sender proven: settings.verification.scheme.'),
      wouldFit: z
        .object({ algorithm: z.enum(['sha1', 'sha256', 'sha512']), encoding: z.enum(['hex', 'base64']) })
        .nullable()
        .describe(
          'For a keyed digest (hmac, hmac_timestamp) of reason malformed or mismatch: the algorithm and encoding of settings.verification with which a secret of the connection gives the signature that came. null where none does.',
        ),
    }),
  ])
  .meta({ id: 'Verification', description: 'What the proof of a request shows.' });

const VerificationInput = z
  .strictObject({
    account: Slug.meta({ description: 'The account.' }),
    connection: Slug.meta({ description: 'The connection whose settings and secrets are used.' }),
    method: z.string().min(1).max(20).default('POST').describe('Default POST.'),
    path: z
      .string()
      .startsWith('/')
      .max(8000)
      .optional()
      .describe('Path with query, as sent. Default: where the connection is served.'),
    headers: z
      .record(
        z.string().min(1).max(300),
        z.union([z.string().max(32_768), z.array(z.string().max(32_768)).min(1).max(100)]),
      )
      .describe('As sent; a list where a header came more than once.'),
    bodyBase64: z.base64().describe('The exact bytes, as Base64.'),
    at: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('The instant to judge the time of the signature by. Default now.'),
  })
  .meta({ id: 'VerificationInput', description: 'A captured request.' });

export function verificationsApi(api: Api): void {
  const { store, config, now } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/rejections',
      tag: TAG,
      summary: 'List refused webhooks',
      description: 'The last webhooks whose sender was not proven, last received first, up to 1,000 per connection.',
      roles: ['security_admin'],
      query: z.strictObject({ account: AccountFilter, connection: ConnectionFilter, ...PageQuery }),
      status: 200,
      answer: listOf(RejectionView),
      example: { data: [EXAMPLE_REJECTION], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { limit, cursor, ...rest } = query;
      const filter = given(rest);
      const page = await readPage(
        { limit, cursor },
        { route: 'rejections', filters: filter, scope: principal.scope },
        of => store.listRejections(principal.scope, filter, of),
        row => ({ atMs: row.receivedAtMs, id: row.id }),
      );
      return { data: page.rows.map(rejectionView), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/verifications',
      tag: TAG,
      summary: 'Check a captured request',
      description:
        'Verifies a request as the connection would, and says what was looked for, what came and, as digests, what would have been right. Nothing is kept, and nothing is sent.',
      roles: ['security_admin', 'on_call'],
      body: { schema: VerificationInput, required: true, example: EXAMPLE_INPUT },
      status: 200,
      answer: VerificationView,
      example: {
        outcome: 'rejected',
        reason: 'mismatch',
        header: 'X-Hr-Signature',
        received: '5b1a7f00',
        expected: ['d2c49e31'],
        skewSeconds: null,
        hint: null,
        scheme: 'hmac',
        wouldFit: null,
      },
      problems: ['NOT_FOUND'],
    },
    async ({ principal, body: input }) => {
      const connection = config().accounts.get(input.account)?.connections.get(input.connection);
      if (connection === undefined || !mayReach(principal, input.account)) {
        throw new GatewayError('NOT_FOUND', 'There is no such connection in your accounts.');
      }
      const { webhook } = connection.adapter;
      if (webhook === undefined) throw invalid('/body/connection', 'has an adapter that takes no webhooks');
      const at = input.at === undefined ? now() : Date.parse(input.at);
      const request = requestFrom(input);
      const verification = await webhook.verify(request, connection, new Date(at));
      if (verification.outcome === 'accepted') return verification;
      const { outcome, reason } = verification;
      const isForm = reason === 'mismatch' || reason === 'malformed';
      return {
        outcome,
        reason,
        ...shownEvidence(verification.evidence),
        scheme: schemeOf(connection),
        wouldFit: isForm ? await otherDigest(request, connection, new Date(at)) : null,
      };
    },
  );
}

function requestFrom(input: z.output<typeof VerificationInput>): InboundRequest {
  const { account, connection, method, bodyBase64 } = input;
  const [path, query = ''] = (input.path ?? `/webhooks/${account}/${connection}`).split(/\?(.*)/s) as [string, string?];
  const headers = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(input.headers)) {
    const lower = name.toLowerCase();
    headers.set(lower, [...(headers.get(lower) ?? []), ...[value].flat()]);
  }
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: Buffer.from(bodyBase64, 'base64'),
  };
}

function shownEvidence({ header, received, expected, skewSeconds, hint = null }: Evidence) {
  return { header, received, expected, skewSeconds, hint };
}

function rejectionView(row: Rejection) {
  const { id, account, connection, reason, method, path, bodyBytes } = row;
  return {
    id,
    account,
    connection,
    receivedAt: iso(row.receivedAtMs),
    reason,
    method,
    path,
    ...shownEvidence(row),
    bodyBytes,
  };
}

const EXAMPLE_REJECTION = {
  id: 'rej_01jd3q7m5ze2x8k4t9w6b0v1rd',
  account: 'acme-outdoor',
  connection: 'happy-returns',
  receivedAt: '2026-11-20T10:00:01.900Z',
  reason: 'mismatch',
  method: 'POST',
  path: '/webhooks/acme-outdoor/happy-returns',
  header: 'X-Hr-Signature',
  received: '5b1a7f00',
  expected: ['d2c49e31'],
  skewSeconds: null,
  hint: null,
  bodyBytes: 1204,
} satisfies z.input<typeof RejectionView>;

const EXAMPLE_INPUT = {
  account: 'acme-outdoor',
  connection: 'happy-returns',
  method: 'POST',
  path: '/webhooks/acme-outdoor/happy-returns',
  headers: { 'content-type': 'application/json', 'X-Hr-Signature': '5b1a…' },
  bodyBase64: 'eyJldmVudCI6InJldHVybi5hc24ifQ==',
  at: '2026-11-20T10:00:01.900Z',
} satisfies z.input<typeof VerificationInput>;
