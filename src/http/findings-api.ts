import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { FINDING_KINDS, type Finding } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { given, PageQuery, readPage } from './cursor.ts';
import { AccountFilter, after, ConnectionFilter, idParameter, millisecondsOf } from './filters.ts';
import { iso, isoOrNull } from './instant.ts';

const TAG = 'Findings';
const STATES = ['open', 'closed'] as const;

const FindingView = z
  .object({
    id: z.string().describe('Id of the finding (fnd_…); the same one whenever the same thing is found again.'),
    account: z.string(),
    connection: z.string(),
    kind: z.enum(FINDING_KINDS).describe('What was found; docs/findings.md says what each means and what to do.'),
    subject: z.string().describe('Where: a field, a code, a type, a stage, an object.'),
    state: z.enum(STATES),
    firstSeenAt: z.string(),
    lastSeenAt: z.string(),
    count: z.int().describe('How often it was seen; of silence, how often it began.'),
    detail: z.record(z.string(), z.unknown()).meta({
      type: 'object',
      description:
        'As it was when last seen: numbers, ids, and a sample that shows the form of a value (AAA-999) and never the value.',
    }),
    closedAt: z.string().nullable().describe('null while it is open. What is seen after it was closed opens it again.'),
  })
  .meta({ id: 'Finding', description: 'Something about a connection that a person should look at.' });

const FindingQuery = z.strictObject({
  account: AccountFilter,
  connection: ConnectionFilter,
  kind: z.enum(FINDING_KINDS).optional().meta({ description: 'Only of this kind.' }),
  state: z.enum(STATES).optional().meta({ description: 'Only open ones, or only closed ones.' }),
  seenAfter: after('last seen'),
  ...PageQuery,
});

export function findingsApi(api: Api): void {
  const { store, now } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/findings',
      tag: TAG,
      summary: 'List findings',
      description:
        'What changed about what providers send, what fell silent, and what could not be fetched; last seen first.',
      roles: ['viewer'],
      query: FindingQuery,
      status: 200,
      answer: listOf(FindingView),
      example: { data: [EXAMPLE_FINDING], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { limit, cursor, seenAfter, ...rest } = query;
      const filter = given({ ...rest, seenAfterMs: millisecondsOf(seenAfter) });
      const page = await readPage(
        { limit, cursor },
        { route: 'findings', filters: filter, scope: principal.scope },
        of => store.listFindings(principal.scope, filter, of),
        row => ({ atMs: row.lastSeenAtMs, id: row.id }),
      );
      return { data: page.rows.map(findingView), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/findings/{id}/close',
      tag: TAG,
      summary: 'Close a finding',
      description: 'Somebody has looked. It opens again when it is seen once more; one that is closed stays as it is.',
      roles: ['on_call'],
      params: idParameter('fnd', 'finding'),
      status: 200,
      answer: FindingView,
      example: { ...EXAMPLE_FINDING, state: 'closed', closedAt: '2026-11-20T11:30:00.000Z' },
    },
    async ({ principal, params }) => {
      const finding = await store.closeFinding(principal.scope, params.id, now());
      if (finding === null) throw new GatewayError('NOT_FOUND', 'There is no finding with this id in your accounts.');
      return findingView(finding);
    },
  );
}

function findingView(finding: Finding) {
  const { id, account, connection, kind, subject, count, detail, closedAtMs } = finding;
  return {
    id,
    account,
    connection,
    kind,
    subject,
    state: closedAtMs === null ? ('open' as const) : ('closed' as const),
    firstSeenAt: iso(finding.firstSeenAtMs),
    lastSeenAt: iso(finding.lastSeenAtMs),
    count,
    detail,
    closedAt: isoOrNull(closedAtMs),
  };
}

const EXAMPLE_FINDING = {
  id: 'fnd_6b0v1ra01jd3q7m5ze2x8k4t9w',
  account: 'acme-outdoor',
  connection: 'happy-returns',
  kind: 'new_code',
  subject: 'return_status_updated /details/items/*/reason AAAAA-AAAAA',
  state: 'open',
  firstSeenAt: '2026-11-20T10:00:01.960Z',
  lastSeenAt: '2026-11-20T11:12:40.020Z',
  count: 14,
  detail: { sample: { type: 'string', form: 'AAAAA-AAAAA' }, inboundId: 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb' },
  closedAt: null,
} satisfies z.input<typeof FindingView>;
