import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { Slug } from '../model/ids.ts';
import { type ErasureReport, eraseShopper } from '../pipeline/erase-shopper.ts';
import { INBOUND_STATES } from '../storage/store.ts';
import { type Api, addEndpoint } from './api-route.ts';
import { actorOf } from './auth.ts';

const TAG = 'Personal data';

/** Ids shown of the rows that name the address. */
const MOST_IDS = 200;

const ErasureInput = z
  .strictObject({
    account: Slug.describe('The account whose data is searched.'),
    email: z
      .string()
      .trim()
      .max(320)
      .regex(/^\S+@\S+$/, 'must be an e-mail address')
      .optional()
      .describe('Every return whose shopper has this e-mail address, in any letter case.'),
    returnId: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('One return (ret_…), instead of an e-mail address; a merge is followed.'),
  })
  .refine(input => (input.email === undefined) !== (input.returnId === undefined), {
    path: ['email'],
    message: 'must be given where returnId is not, and not with it',
  })
  .meta({ id: 'ErasureInput', description: 'Whose data is to be erased: account and either email or returnId.' });

const ErasureView = z
  .object({
    account: z.string(),
    dryRun: z.boolean().describe('true: nothing was changed, and this is what would be.'),
    returns: z
      .array(
        z.object({
          id: z.string(),
          mergedFrom: z.array(z.string()).describe('Returns that proved to be this one.'),
          hadShopper: z.boolean().describe('false: its shopper had been erased before, or was never told.'),
        }),
      )
      .describe('The returns that were found. They stay, and their shopper is erased.'),
    inbound: z
      .object({
        erased: z
          .int()
          .describe('Kept requests that told of these returns, in any interpretation, and lose their bytes.'),
        goneBefore: z.int().describe('Kept requests of these returns whose bytes were gone already.'),
        shared: z
          .int()
          .describe('Of erased: requests that told of other returns, too. Those can no longer be replayed from them.'),
        naming: z
          .object({
            erased: z.int(),
            ids: z.array(z.string()).describe(`The first ${MOST_IDS} of them.`),
          })
          .describe(
            'Requests that belong to no return, mostly because they could not be read, and name the e-mail address in their bytes, which they lose. Whatever they had to tell can then no longer be recorded: look at them in a dry run first.',
          ),
        unattributed: z
          .array(z.object({ state: z.enum(INBOUND_STATES), requests: z.int() }))
          .describe('Requests of the account that belong to no return and keep their bytes, by state.'),
      })
      .describe('Bytes of kept requests. The row, its digest and its outcome stay, with bytesErasedAt.'),
    answers: z
      .int()
      .describe(
        'Delivery attempts that lose responseHead, what the destination answered: it may have quoted the message.',
      ),
    sentWithout: z
      .array(z.object({ destination: z.string(), pending: z.int() }))
      .describe('Deliveries still to be sent to destinations with personalData; they are sent without a shopper.'),
    remains: z
      .array(
        z.object({
          what: z.enum(['facts', 'unread', 'not_read_yet', 'being_sent', 'sent', 'files', 'copies']),
          count: z.int().nullable().describe('null: the gateway cannot know.'),
          why: z.string(),
        }),
      )
      .describe('What is not erased, and why.'),
  })
  .meta({ id: 'Erasure', description: 'What was erased of a shopper, and what remains.' });

export function erasuresApi(api: Api): void {
  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/erasures',
      tag: TAG,
      summary: "Erase a shopper's data",
      description:
        'Erases, for good, the shopper of every matching return and the bytes of the requests that told of it. Afterwards the returns show shopper null, a search by the e-mail address finds nothing, and a replay of those requests answers bytes_gone. With dryRun=true nothing is changed and the answer says what would be. A shopper whose address was changed since is found by the present one only, or by returnId.',
      roles: ['security_admin'],
      query: z.strictObject({
        dryRun: z
          .enum(['true', 'false'])
          .default('false')
          .meta({ description: 'true: only say what would be erased. Default false.' }),
      }),
      body: {
        schema: ErasureInput,
        required: true,
        example: { account: 'acme-outdoor', email: 'jo@example.com' },
      },
      status: 200,
      answer: ErasureView,
      example: EXAMPLE_ERASURE,
      problems: ['NOT_FOUND'],
      idempotent: query => query.dryRun === 'false',
    },
    async ({ principal, query, body: { account, email, returnId } }) => {
      const report = await eraseShopper(api.deps, principal.scope, {
        account,
        subject: email === undefined ? { returnId: returnId! } : { email },
        dryRun: query.dryRun === 'true',
        requestedBy: actorOf(principal),
      });
      if (report === null) {
        throw new GatewayError(
          'NOT_FOUND',
          returnId === undefined
            ? 'Nothing is kept of such an account within your accounts.'
            : 'There is no return with this id in this account, within your accounts.',
        );
      }
      return erasureView(report);
    },
  );
}

function erasureView({ account, dryRun, returns, rows, naming, unattributed, ...rest }: ErasureReport) {
  const { answers, sentWithout, remains } = rest;
  return {
    account,
    dryRun,
    returns,
    inbound: {
      ...rows,
      naming: { erased: naming.length, ids: naming.slice(0, MOST_IDS) },
      unattributed: unattributed.map(({ state, rows: requests }) => ({ state, requests })),
    },
    answers,
    sentWithout,
    remains,
  };
}

const EXAMPLE_ERASURE = {
  account: 'acme-outdoor',
  dryRun: false,
  returns: [{ id: 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra', mergedFrom: [], hadShopper: true }],
  inbound: {
    erased: 4,
    goneBefore: 0,
    shared: 1,
    naming: { erased: 1, ids: ['inb_01jd3q7m5ze2x8k4t9w6b0v1rb'] },
    unattributed: [{ state: 'unreadable', requests: 12 }],
  },
  answers: 2,
  sentWithout: [{ destination: 'customer-care', pending: 1 }],
  remains: [
    { what: 'sent', count: 2, why: 'Messages that were delivered to destinations that get the shopper. …' },
    { what: 'copies', count: null, why: 'Copies of the store that were made before hold the data. …' },
  ],
} satisfies z.input<typeof ErasureView>;
