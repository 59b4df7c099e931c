import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const narvar = defineAdapter({
  id: 'narvar',
  version: 1,
  label: 'Narvar',
  evidence: 'documented',
  docs: [
    'https://speca.io/Narvar/self-serve-rma',
    'https://speca.io/Narvar/narvar-returns-webhook',
    'https://speca.io/Narvar/narvar-shopify-rma-without-crc',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
