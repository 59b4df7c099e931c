import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { fetching } from './fetching.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

/** A fictional provider, and the template of a new adapter: copied, renamed, then changed file by file. */
export const example = defineAdapter({
  id: 'example',
  version: 1,
  label: 'Example Returns',
  evidence: 'documented',
  docs: ['https://example.com/returns/webhooks'],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { redeliveryHours: 72, verify, dedupeKey, sign },
  fetching,
});
