import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const aftership = defineAdapter({
  id: 'aftership',
  version: 1,
  label: 'AfterShip Returns',
  evidence: 'documented',
  docs: [
    'https://www.aftership.com/docs/returns/webhook/specifications',
    'https://www.aftership.com/docs/returns/webhook/webhook-signature',
    'https://www.aftership.com/docs/returns/2024-10/model/resource/return',
    'https://www.aftership.com/docs/returns/legacy/353a366127c45-receive-a-webhook-delivery-of-returns-update',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  // 14 attempts, the last of them 245,730 seconds after the first [documented].
  webhook: { redeliveryHours: 69, verify, dedupeKey, sign },
});
