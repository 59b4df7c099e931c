import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const loop = defineAdapter({
  id: 'loop',
  version: 1,
  label: 'Loop Returns',
  evidence: 'documented',
  docs: [
    'https://docs.loopreturns.com/webhook-reference/getting-started',
    'https://docs.loopreturns.com/webhook-reference/validation',
    'https://docs.loopreturns.com/webhook-reference/topics/return',
    'https://docs.loopreturns.com/webhook-reference/topics/label-webhook',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
