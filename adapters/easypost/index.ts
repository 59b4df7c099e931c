import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const easypost = defineAdapter({
  id: 'easypost',
  version: 1,
  label: 'EasyPost',
  evidence: 'documented',
  docs: [
    'https://docs.easypost.com/docs/events',
    'https://docs.easypost.com/docs/trackers',
    'https://docs.easypost.com/docs/refunds',
    'https://docs.easypost.com/docs/webhooks',
    'https://docs.easypost.com/guides/webhooks-guide',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
