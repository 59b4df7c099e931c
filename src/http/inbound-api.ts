import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { INBOUND_STATES, type InboundRow } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { actorOf, hasRole } from './auth.ts';
import { given, PageQuery, readPage } from './cursor.ts';
import type { Principal } from './deps.ts';
import { AccountFilter, after, ConnectionFilter, idParameter, millisecondsOf } from './filters.ts';
import { iso, isoOrNull } from './instant.ts';
import { EXAMPLE_REPLAY, ReplayView } from './replay-view.ts';

const TAG = 'Inbound';

const NoticeView = z.object({
  type: z.string().nullable().describe("The provider's word for it; null where it could not be read."),
  key: z.string().describe('What makes this notice itself.'),
  state: z.enum(INBOUND_STATES),
  eventIds: z.array(z.string()).describe('The facts it told (evt_…).'),
  problem: z
    .object({
      code: z.string(),
      path: z
        .string()
        .nullable()
        .describe(
          'Where in the body, as /data/items/*/ref: names of fields; * stands for any element of a list, so that equal causes have one path. null: the body as a whole.',
        ),
      message: z.string(),
    })
    .nullable()
    .describe('Why it could not be read; quotes nothing from the body.'),
});

const summary = {
  id: z.string().describe('Id of the row (inb_…), as answered to the provider.'),
  account: z.string(),
  connection: z.string(),
  adapter: z.string().describe('The adapter that reads it.'),
  source: z.enum(['webhook', 'fetch', 'poll', 'call']).describe('How it came in.'),
  state: z.enum(INBOUND_STATES).describe('The worst of its notices; received: kept and not yet interpreted.'),
  receivedAt: z.string(),
  interpretedAt: z.string().nullable(),
  adapterVersion: z.int().nullable().describe('Version of the adapter that read it last.'),
  fingerprint: z
    .string()
    .nullable()
    .describe('The cause of a failure in one word; rows that failed for one reason share it.'),
  method: z.string(),
  path: z.string().describe('As sent.'),
  bodyBytes: z.int().describe('Length of the body, in bytes.'),
  bodyDigest: z.string().describe('SHA-256 of the body, hex.'),
  bytesErasedAt: z.string().nullable().describe('Since when the bytes are gone, by age or by an erasure.'),
  variantOf: z.string().nullable().describe('An earlier row with the same provider id and other bytes.'),
  returnIds: z.array(z.string()).describe('The returns it told of.'),
};

const InboundSummary = z
  .object(summary)
  .meta({ id: 'InboundSummary', description: 'One kept request, without its contents.' });

const InboundView = z
  .object({
    ...summary,
    query: z.string().describe('Query string as sent; credentials masked. Empty once the bytes were erased.'),
    headers: z
      .record(z.string(), z.array(z.string()))
      .describe('Names in lower case, repeated values apart; credentials masked.'),
    body: z
      .string()
      .nullable()
      .describe(
        'The bytes as Base64. null below the role on_call, because bodies hold personal data, and once they were erased.',
      ),
    verification: z
      .object({
        trust: z.enum(['signed', 'credential', 'fetched', 'hint']).describe('How far the sender was proven.'),
        secretIndex: z.int().nullable().describe('Which of the configured secrets fitted, from 0.'),
      })
      .describe('What the proof showed when it arrived.'),
    configRevision: z.string().nullable().describe('Revision of the account file then in force.'),
    notices: z.array(NoticeView).describe('What it says, notice by notice, oldest first.'),
  })
  .meta({ id: 'Inbound', description: 'One kept request with everything known of it.' });

const InboundQuery = z.strictObject({
  account: AccountFilter,
  connection: ConnectionFilter,
  state: z.enum(INBOUND_STATES).optional().meta({ description: 'Only rows in this state.' }),
  fingerprint: z.string().min(1).max(500).optional().meta({ description: 'Only rows with this cause.' }),
  receivedAfter: after('received'),
  ...PageQuery,
});

export function inboundApi(api: Api): void {
  const { store, replay, roles } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/inbound',
      tag: TAG,
      summary: 'List kept requests',
      description: 'What providers sent and the gateway kept, last received first.',
      roles: ['viewer'],
      query: InboundQuery,
      status: 200,
      answer: listOf(InboundSummary),
      example: { data: [EXAMPLE_SUMMARY], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { limit, cursor, receivedAfter, ...rest } = query;
      const receivedAfterMs = millisecondsOf(receivedAfter);
      const filter = given({ ...rest, receivedAfterMs });
      const page = await readPage(
        { limit, cursor },
        { route: 'inbound', filters: filter, scope: principal.scope },
        of => store.listInbound(principal.scope, filter, of),
        row => ({ atMs: row.receivedAtMs, id: row.id }),
      );
      return { data: page.rows.map(summaryOf), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/inbound/{id}',
      tag: TAG,
      summary: 'Show one kept request',
      description: 'Headers, verification, notices and, with the role on_call, the bytes as they arrived.',
      roles: ['viewer'],
      params: idParameter('inb', 'row'),
      status: 200,
      answer: InboundView,
      example: EXAMPLE_INBOUND,
    },
    async ({ principal, params }) => {
      const row = await store.getInbound(principal.scope, params.id);
      if (row === null) throw noRow();
      return inboundView(row, principal);
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/inbound/{id}/replay',
      tag: TAG,
      summary: 'Interpret a kept request again',
      description:
        'Reads the kept bytes again with the present adapter and answers what changes: facts that are new, revised or withdrawn, and what would be sent. With dryRun=true nothing is written or sent.',
      roles: ['on_call'],
      params: idParameter('inb', 'row'),
      query: z.strictObject({
        dryRun: z
          .enum(['true', 'false'])
          .default('false')
          .meta({ description: 'true: only say what would change. Default false.' }),
      }),
      status: 200,
      answer: ReplayView,
      example: EXAMPLE_REPLAY,
      problems: ['STORE_CONFLICT'],
      idempotent: query => query.dryRun === 'false',
    },
    async ({ principal, params, query }) => {
      const answer = await replay(principal.scope, params.id, {
        dryRun: query.dryRun === 'true',
        requestedBy: actorOf(principal),
      }).catch(error => {
        throw nobodyReads(error, roles) ?? error;
      });
      if (answer === null) throw noRow();
      return answer;
    },
  );
}

/** What was not read yet is not about to be, where nobody reads. */
function nobodyReads(error: unknown, roles: readonly string[]): GatewayError | null {
  if (!(error instanceof GatewayError) || error.code !== 'CONFLICT' || roles.includes('process')) return null;
  return new GatewayError(
    'CONFLICT',
    'The row has not been interpreted yet, and this process does not do that: it lacks the role process. A start with it reads everything that was kept.',
    { cause: error },
  );
}

function noRow(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no kept request with this id in your accounts.');
}

function summaryOf(row: InboundRow) {
  const {
    id,
    account,
    connection,
    source,
    state,
    fingerprint,
    method,
    path,
    bodyBytes,
    bodyDigest,
    variantOf,
    returnIds,
  } = row;
  return {
    id,
    account,
    connection,
    adapter: row.adapterId,
    source,
    state,
    receivedAt: iso(row.receivedAtMs),
    interpretedAt: isoOrNull(row.interpretedAtMs),
    adapterVersion: row.interpretedVersion,
    fingerprint,
    method,
    path,
    bodyBytes,
    bodyDigest,
    bytesErasedAt: isoOrNull(row.bytesErasedAtMs),
    variantOf,
    returnIds,
  };
}

function inboundView(row: InboundRow, principal: Principal) {
  const { query, headers, trust, secretIndex, configRevision, notices } = row;
  const body = row.body !== null && hasRole(principal, 'on_call') ? Buffer.from(row.body).toString('base64') : null;
  const shown = notices.map(({ type, key, state, eventIds, problem }) => ({ type, key, state, eventIds, problem }));
  return {
    ...summaryOf(row),
    query,
    headers,
    body,
    verification: { trust, secretIndex },
    configRevision,
    notices: shown,
  };
}

const EXAMPLE_SUMMARY = {
  id: 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb',
  account: 'acme-outdoor',
  connection: 'happy-returns',
  adapter: 'happy-returns',
  source: 'webhook',
  state: 'recorded',
  receivedAt: '2026-11-20T10:00:01.900Z',
  interpretedAt: '2026-11-20T10:00:01.960Z',
  adapterVersion: 1,
  fingerprint: null,
  method: 'POST',
  path: '/webhooks/acme-outdoor/happy-returns',
  bodyBytes: 1204,
  bodyDigest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  bytesErasedAt: null,
  variantOf: null,
  returnIds: ['ret_01jd3q7m5ze2x8k4t9w6b0v1ra'],
} satisfies z.input<typeof InboundSummary>;

const EXAMPLE_INBOUND = {
  ...EXAMPLE_SUMMARY,
  query: '',
  headers: { 'content-type': ['application/json'] },
  body: 'eyJldmVudCI6InJldHVybi5hc24ifQ==',
  verification: { trust: 'signed', secretIndex: 0 },
  configRevision: 'rev_01jd3q7m5ze2x8k4t9w6b0v1rc',
  notices: [
    {
      type: 'return.asn',
      key: 'return.asn/0',
      state: 'recorded',
      eventIds: ['evt_6b0v1ra01jd3q7m5ze2x8k4t9w'],
      problem: null,
    },
  ],
} satisfies z.input<typeof InboundView>;
