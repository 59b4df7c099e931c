import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const standard = defineAdapter({
  id: 'standard',
  version: 1,
  label: 'Standard (a sender that speaks our events)',
  evidence: 'documented',
  docs: ['https://www.standardwebhooks.com/'],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
