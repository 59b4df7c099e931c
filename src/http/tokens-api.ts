import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { Slug } from '../model/ids.ts';
import { ROLES, type Scope, type TokenRow } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { actorOf, mayReach, tokenDigest, tokenFrom } from './auth.ts';
import { PageQuery, pageInMemory } from './cursor.ts';
import type { Principal } from './deps.ts';
import { idParameter } from './filters.ts';
import { iso, isoOrNull } from './instant.ts';

const TAG = 'Tokens';

const RoleName = z
  .enum(ROLES)
  .describe(
    'viewer reads; support also searches by e-mail; on_call also sees personal data, replays, redelivers, pauses; config_admin changes configuration; security_admin sees rejections, erases shoppers and makes tokens, with any role, for no more accounts than it reaches.',
  );
const Accounts = z
  .union([z.literal('all'), z.array(Slug).min(1).max(1000)])
  .meta({ description: 'Which accounts it reaches: all, or a list of their ids.' });

const token = {
  id: z.string().describe('Id of the token (tok_…); not the secret.'),
  name: z.string(),
  roles: z.array(RoleName),
  accounts: Accounts,
  createdAt: z.string(),
  createdBy: z.string(),
  revokedAt: z.string().nullable().describe('Since when it is refused.'),
};
const TokenView = z.object(token).meta({ id: 'Token', description: 'Who may call the API, without the secret.' });
const NewToken = z
  .object({
    ...token,
    token: z
      .string()
      .nullable()
      .describe('The token itself. Shown this once; null where an Idempotency-Key repeats the call.'),
  })
  .meta({ id: 'NewToken', description: 'A token that was just made.' });

const TokenInput = z
  .strictObject({
    name: z.string().trim().min(1).max(200).describe('What people call it: who or what uses it.'),
    roles: z
      .array(RoleName)
      .min(1)
      .refine(roles => new Set(roles).size === roles.length, 'names a role twice')
      .describe('At least one. Any, whether you have it or not: what bounds them is your accounts.'),
    accounts: Accounts,
  })
  .meta({ id: 'TokenInput', description: 'What a new token may do.' });

export function tokensApi(api: Api): void {
  const { store, config, newId, newTokenSecret, now, log } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/tokens',
      tag: TAG,
      summary: 'List tokens',
      description: 'The tokens that reach no more accounts than yours, newest first, revoked ones included.',
      roles: ['security_admin'],
      query: z.strictObject(PageQuery),
      status: 200,
      answer: listOf(TokenView),
      example: { data: [EXAMPLE_TOKEN], nextCursor: null },
    },
    async ({ principal, query }) => {
      const tokens = (await store.listTokens()).filter(each => covers(principal.scope, each.accounts));
      // Later ones first: the key counts down.
      const keyOf = ({ createdAtMs, id }: TokenRow) => `${String(1e15 - createdAtMs).padStart(16, '0')} ${id}`;
      const page = pageInMemory(query, { route: 'tokens', filters: {}, scope: principal.scope }, tokens, keyOf);
      return { data: page.rows.map(tokenView), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/tokens',
      tag: TAG,
      summary: 'Make a token',
      description:
        'The answer shows the token once; the gateway keeps only its digest. It may have any role, also one that you lack, and no account that you do not reach. A repetition with the same Idempotency-Key makes no second token and shows no secret: if the first answer was lost, revoke the token and make another.',
      roles: ['security_admin'],
      body: {
        schema: TokenInput,
        required: true,
        example: { name: 'refund service', roles: ['viewer'], accounts: ['acme-outdoor'] },
      },
      status: 201,
      answer: NewToken,
      example: { ...EXAMPLE_TOKEN, token: 'rtk_…' },
      idempotent: () => true,
      remember: answer => ({ ...answer, token: null }),
    },
    async ({ principal, body }) => {
      checkGift(principal, body, [...config().accounts.keys()]);
      const whole = tokenFrom(newTokenSecret());
      const { name, roles } = body;
      const accounts = body.accounts === 'all' ? body.accounts : [...new Set(body.accounts)].sort();
      const row: TokenRow = {
        id: newId('tok'),
        name,
        roles,
        accounts,
        createdAtMs: now(),
        createdBy: actorOf(principal),
        revokedAtMs: null,
      };
      await store.addToken(row, tokenDigest(whole));
      log.info({ event: 'token.created', tokenId: row.id, roles, accounts, by: row.createdBy });
      return { ...tokenView(row), token: whole };
    },
  );

  addEndpoint(
    api,
    {
      method: 'delete',
      path: '/v1/tokens/{id}',
      tag: TAG,
      summary: 'Revoke a token',
      description: 'It is refused from now on. It stays in the list, so that what it did remains attributable.',
      roles: ['security_admin'],
      params: idParameter('tok', 'token'),
      status: 200,
      answer: TokenView,
      example: { ...EXAMPLE_TOKEN, revokedAt: '2026-11-21T09:00:00.000Z' },
    },
    async ({ principal, params }) => {
      const known = (await store.listTokens()).find(({ id }) => id === params.id);
      const row =
        known !== undefined && covers(principal.scope, known.accounts)
          ? await store.revokeToken(params.id, now())
          : null;
      if (row === null) throw new GatewayError('NOT_FOUND', 'There is no token with this id within your accounts.');
      log.info({ event: 'token.revoked', tokenId: row.id, by: actorOf(principal) });
      return tokenView(row);
    },
  );
}

/** Any role may be given, which is what security_admin is for, within the maker's own accounts. An account outside the maker's scope is answered like one that does not exist. */
function checkGift(principal: Principal, { accounts }: z.output<typeof TokenInput>, existing: readonly string[]): void {
  if (accounts === 'all') {
    if (principal.scope !== 'all')
      throw new GatewayError('FORBIDDEN', 'You cannot give all accounts: your token reaches only some.');
    return;
  }
  const errors = accounts.flatMap((account, index) =>
    mayReach(principal, account) && existing.includes(account)
      ? []
      : [{ pointer: `/body/accounts/${index}`, message: 'is not one of your accounts' }],
  );
  if (errors.length > 0)
    throw new GatewayError('VALIDATION_FAILED', 'The request is not valid; nothing was done.', { errors });
}

function covers(scope: Scope, accounts: Scope): boolean {
  if (scope === 'all') return true;
  return accounts !== 'all' && accounts.every(account => scope.includes(account));
}

function tokenView({ id, name, roles, accounts, createdAtMs, createdBy, revokedAtMs }: TokenRow) {
  return { id, name, roles, accounts, createdAt: iso(createdAtMs), createdBy, revokedAt: isoOrNull(revokedAtMs) };
}

const EXAMPLE_TOKEN = {
  id: 'tok_01jd3q7m5ze2x8k4t9w6b0v1rg',
  name: 'refund service',
  roles: ['viewer'],
  accounts: ['acme-outdoor'],
  createdAt: '2026-11-20T09:00:00.000Z',
  createdBy: 'administrator (admin)',
  revokedAt: null,
} satisfies z.input<typeof TokenView>;
