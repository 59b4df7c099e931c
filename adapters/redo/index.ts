import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const redo = defineAdapter({
  id: 'redo',
  version: 1,
  label: 'Redo',
  evidence: 'documented',
  docs: ['https://www.npmjs.com/package/@redotech/redo-api-schema', 'https://developer.getredo.com'],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
