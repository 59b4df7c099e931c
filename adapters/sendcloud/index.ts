import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const sendcloud = defineAdapter({
  id: 'sendcloud',
  version: 1,
  label: 'Sendcloud Returns',
  evidence: 'documented',
  docs: [
    'https://sendcloud.dev/api/v3/webhooks',
    'https://sendcloud.dev/api/v3/event-subscriptions',
    'https://sendcloud.dev/api/v3/returns',
    'https://sendcloud.dev/docs/tracking/tracking-statuses',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
