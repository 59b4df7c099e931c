import { z } from '@hono/zod-openapi';
import { UNREAD_KEPT_LONGER } from '../config/gateway-config.ts';
import { retentionCutoffs } from '../pipeline/retention.ts';
import type { RetentionRun } from '../storage/store.ts';
import { type Api, addEndpoint } from './api-route.ts';
import { iso, isoOrNull } from './instant.ts';

const TAG = 'Personal data';

const Counts = z
  .object({
    bodies: z.int().describe('Kept requests that lose their bytes.'),
    messages: z.int().describe('Outgoing messages.'),
    attempts: z.int().describe('Delivery attempts.'),
    shoppers: z.int().describe('Returns that lose their shopper.'),
  })
  .meta({ id: 'RetentionCounts', description: 'How much retention removes, by kind.' });

const Run = z
  .object({
    startedAt: z.string(),
    endedAt: z.string().nullable().describe('null: it is under way.'),
    removed: Counts.describe('What it removed, so far where it is under way.'),
  })
  .meta({ id: 'RetentionRun', description: 'One run of the removal by age.' });

const RetentionView = z
  .object({
    settings: z
      .object({
        bodiesDays: z.int(),
        unreadBodiesDays: z
          .int()
          .describe(
            `For requests that were not understood and whose sender is proven: ${UNREAD_KEPT_LONGER} × bodiesDays.`,
          ),
        attemptsDays: z.int(),
        shopperDays: z.int(),
        dedupeDays: z.int(),
      })
      .describe('In force, in days.'),
    lastRun: Run.nullable().describe('The last run that ended; null: none yet.'),
    running: Run.nullable().describe('The run that is under way.'),
    due: Counts.describe('What is old enough to go now. A run begins every hour.'),
    dueIsAtLeast: z.boolean().describe('true: there is more than due says; counting stopped.'),
    store: z
      .object({
        bytes: z.int().describe('Size of the store, without its log.'),
        freeBytes: z.int().describe('Of these: given free, and used again before the store grows. It does not shrink.'),
      })
      .describe('Room on the disk, in bytes.'),
  })
  .meta({ id: 'Retention', description: 'What is removed by age, over all accounts.' });

export function retentionApi(api: Api): void {
  const { store, config, now } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/retention',
      tag: TAG,
      summary: 'Show what is removed by age',
      description:
        'The settings in force, what the last run removed, and how much is due now. Counts only, over all accounts of the gateway.',
      roles: ['viewer', 'config_admin'],
      status: 200,
      answer: RetentionView,
      example: EXAMPLE_RETENTION,
    },
    async () => {
      const settings = config().gateway.retention;
      const { bodiesDays, attemptsDays, shopperDays, dedupeDays } = settings;
      const report = await store.retentionReport(retentionCutoffs(settings, now()));
      return {
        settings: {
          bodiesDays,
          unreadBodiesDays: bodiesDays * UNREAD_KEPT_LONGER,
          attemptsDays,
          shopperDays,
          dedupeDays,
        },
        lastRun: runView(report.lastRun),
        running: runView(report.running),
        due: report.due,
        dueIsAtLeast: report.dueIsAtLeast,
        store: { bytes: report.storeBytes, freeBytes: report.freeBytes },
      };
    },
  );
}

function runView(run: RetentionRun | null) {
  if (run === null) return null;
  return { startedAt: iso(run.startedAtMs), endedAt: isoOrNull(run.endedAtMs), removed: run.removed };
}

const EXAMPLE_RETENTION = {
  settings: { bodiesDays: 90, unreadBodiesDays: 360, attemptsDays: 30, shopperDays: 400, dedupeDays: 400 },
  lastRun: {
    startedAt: '2026-11-20T09:00:00.000Z',
    endedAt: '2026-11-20T09:00:02.120Z',
    removed: { bodies: 1180, messages: 1420, attempts: 1504, shoppers: 12 },
  },
  running: null,
  due: { bodies: 31, messages: 40, attempts: 44, shoppers: 0 },
  dueIsAtLeast: false,
  store: { bytes: 412_000_256, freeBytes: 6_291_456 },
} satisfies z.input<typeof RetentionView>;
