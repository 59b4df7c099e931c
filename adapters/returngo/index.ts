import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { fetching } from './fetching.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const returngo = defineAdapter({
  id: 'returngo',
  version: 1,
  label: 'ReturnGO',
  evidence: 'documented',
  docs: [
    'https://support.returngo.ai/returngo-api-overview',
    'https://support.returngo.ai/using-the-returngo-api-for-transactions',
    'https://support.returngo.ai/process-return-requests',
    'https://support.returngo.ai/returngo-qr-codes',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
  fetching,
});
