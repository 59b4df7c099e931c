import { z } from 'zod';
import { Slug } from '../model/ids.ts';
import { EVENT_TYPES } from '../model/return-event.ts';
import type { EventFilter } from './config.ts';
import { spelling } from './config-problem.ts';
import { Expectations } from './expectations.ts';

/** `accounts/{account}.yaml`: one key account. The file's name is the account's id. */

const SUBJECTS = [...new Set(EVENT_TYPES.map(type => `${type.split('.')[0]}.*`))];

/** Everything an `events` list may hold. */
export const EVENT_FILTERS = ['*', ...SUBJECTS, ...EVENT_TYPES] as readonly EventFilter[];

function isEventFilter(text: string): text is EventFilter {
  return (EVENT_FILTERS as readonly string[]).includes(text);
}

/** An IANA name; an offset such as +01:00 knows no summer time and is refused. */
function isTimezone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function unique(list: readonly unknown[]): boolean {
  return new Set(list.map(entry => JSON.stringify(entry))).size === list.length;
}

const Name = z.string().trim().min(1).max(200);

/** Checked by the adapter's own schemas once the adapter is known. */
export const Connection = z.strictObject({
  // Looked up among the adapters afterwards, so that any misspelling meets the nearest name.
  adapter: z.string().min(1).max(100).describe('Which adapter speaks for the provider.'),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe('What the adapter asks for; its keys stand under its name below. Default: the defaults of the adapter.'),
  secrets: z
    .record(z.string(), z.json())
    .default({})
    .describe('References to secrets: webhook is a list (rotation), api is one. Never a secret itself. Default none.'),
  expect: Expectations.prefault({}),
});
export type Connection = z.output<typeof Connection>;

export const Destination = z.strictObject({
  url: z.string().min(1).max(2000).describe('Where messages are posted: https, a public address.'),
  events: z
    .array(
      z.string().superRefine((text, context) => {
        if (!isEventFilter(text)) {
          context.addIssue({ code: 'custom', message: `is not an event; ${spelling(text, EVENT_FILTERS, 'one of')}` });
        }
      }),
    )
    .min(1)
    .refine(unique, 'names an event twice; keep one of the two')
    .default(['*'])
    .describe(
      'Which events are sent: a name such as refund.issued, all of one subject as refund.*, or *. Default * (all).',
    ),
  secrets: z
    .array(z.json())
    .min(1)
    .max(5)
    .refine(unique, 'names a secret twice; keep one of the two')
    .describe(
      'References to signing secrets (whsec_ and Base64 of 24 to 64 bytes), the newest first; each message carries one signature per secret, so that one can be replaced without a gap.',
    ),
  personalData: z
    .boolean()
    .default(false)
    .describe(
      'Whether messages carry the shopper in full, as data.return.shopper: e-mail address, name, phone, address. Default false.',
    ),
  ordering: z
    .enum(['per_return', 'none'])
    .default('per_return')
    .describe(
      'per_return: messages of one return arrive one after the other, as recorded. none: each by itself. Default per_return.',
    ),
  concurrency: z.int().min(1).max(256).default(8).describe('Messages under way at the same time, 1 to 256. Default 8.'),
  ratePerSecond: z
    .number()
    .positive()
    .max(10_000)
    .nullable()
    .default(null)
    .describe('Messages begun per second, at most; null: no limit. Default null.'),
  timeoutMs: z
    .int()
    .min(1000)
    .max(15_000)
    .optional()
    .describe(
      'One deadline over a whole exchange, in milliseconds, 1000 to 15000. Default delivery.timeoutMs of retour.yaml (15000).',
    ),
});
export type Destination = z.output<typeof Destination>;

export const Account = z.strictObject({
  name: Name.describe('What people call the account.'),
  owner: Name.describe('Who answers for it: an address or a team.'),
  tier: Slug.default('standard').describe('How the account is ranked, in a word of your own. Default standard.'),
  timezone: z
    .string()
    .superRefine((text, context) => {
      if (isTimezone(text)) return;
      const remedy = spelling(text, Intl.supportedValuesOf('timeZone'), 'zone');
      const short = remedy.startsWith('did') ? remedy : 'write an IANA name such as America/New_York or UTC';
      context.addIssue({ code: 'custom', message: `is not a time zone; ${short}` });
    })
    .describe('IANA time zone in which the account counts its days, such as America/New_York.'),
  currency: z
    .string()
    .refine(text => /^[A-Z]{3}$/.test(text), 'is not an ISO 4217 code; write three capitals such as USD')
    .describe('ISO 4217 code of the currency in which the account states its limits, such as USD.'),
  connections: z
    .record(Slug, Connection)
    .default({})
    .describe(
      'The account at its return providers, by name. Each is called at /webhooks/{account}/{connection}. Default none.',
    ),
  destinations: z
    .record(Slug, Destination)
    .default({})
    .describe("The account's own systems that receive events, by name. Default none."),
});
export type Account = z.output<typeof Account>;

/** Keys that the design knows and that do not act yet. Opening one up is deleting its line. */
export const ACCOUNT_NOT_YET: Readonly<Record<string, string>> = {
  policy: 'returns follow the rules of the provider alone',
  routing: 'nothing is created at a provider',
  tests: 'there is no policy or routing to test',
};
