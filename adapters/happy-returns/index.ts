import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const happyReturns = defineAdapter({
  id: 'happy-returns',
  version: 1,
  label: 'Happy Returns',
  evidence: 'documented',
  docs: [
    'https://developer.happyreturns.com/partner/webhooks/return',
    'https://developer.happyreturns.com/partner/webhooks/return_label',
    'https://developer.happyreturns.com/hidden/outbound-shipment',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
