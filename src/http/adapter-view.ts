import { z } from '@hono/zod-openapi';
import { BECOMES } from '../adapter/about.ts';
import type { Adapter } from '../adapter/define-adapter.ts';
import { defaultProof } from '../config/describe-proof.ts';

/** What an adapter can do, and what its provider must be told. */

const Words = z.record(z.string(), z.array(z.enum(BECOMES)));

export const AdapterView = z
  .object({
    id: z.string(),
    version: z.int().describe('Raised whenever the same bytes give another outcome.'),
    label: z.string(),
    evidence: z.enum(['documented', 'sandbox', 'production']).describe('What it was built and tried against.'),
    docs: z.array(z.string()),
    webhook: z
      .object({
        redeliveryHours: z.number().nullable().describe('How long the provider is documented to redeliver, in hours.'),
        contentEncodings: z.array(z.string()).describe('Content encodings taken beside identity.'),
        verification: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe('How its sender is proven unless settings.verification says otherwise; null: it cannot be set.'),
      })
      .nullable()
      .describe('null: it takes no webhooks.'),
    fetches: z.boolean().describe('Whether what a webhook only points to can be asked for.'),
    connect: z.array(z.string()).describe('What to do at the provider, step by step.'),
    types: Words.describe(
      'Each topic it knows, with all that may become of it: events; description (of the return, no event); fetch; ignored.',
    ),
    statuses: z
      .record(z.string(), Words)
      .describe('By the place in the body: each status word there, with all that may become of it.'),
    gaps: z.array(z.string()).describe('What stays out.'),
  })
  .meta({ id: 'Adapter', description: 'What speaks for a provider.' });

export function adapterView(adapter: Adapter): z.input<typeof AdapterView> {
  const { id, version, label, evidence, docs, webhook, fetching, about } = adapter;
  return {
    id,
    version,
    label,
    evidence,
    docs: [...docs],
    webhook:
      webhook === undefined
        ? null
        : {
            redeliveryHours: webhook.redeliveryHours ?? null,
            contentEncodings: [...(webhook.contentEncodings ?? [])],
            verification: defaultProof(adapter),
          },
    fetches: fetching !== undefined,
    connect: [...about.connect],
    // Only their types differ: these are readonly.
    types: about.types as z.input<typeof Words>,
    statuses: about.statuses as Record<string, z.input<typeof Words>>,
    gaps: [...about.gaps],
  };
}

export const EXAMPLE_ADAPTER = {
  id: 'happy-returns',
  version: 1,
  label: 'Happy Returns',
  evidence: 'documented',
  docs: ['https://docs.happyreturns.com'],
  webhook: {
    redeliveryHours: null,
    contentEncodings: [],
    verification: { scheme: 'hmac', header: 'X-Hr-Signature', algorithm: 'sha256', encoding: 'hex', signs: 'body' },
  },
  fetches: false,
  connect: ['Have Happy Returns send its webhooks to `{publicUrl}/webhooks/{account}/{connection}`.'],
  types: { return_status_updated: ['description', 'return.requested', 'return.authorized'] },
  statuses: { typeID: { started: ['description', 'return.requested', 'return.authorized'] } },
  gaps: ['A paid refund has no readable webhook.'],
} satisfies z.input<typeof AdapterView>;
