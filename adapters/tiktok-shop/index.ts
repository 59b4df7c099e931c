import { defineAdapter } from '#adapter/define-adapter.ts';
import { about } from './about.ts';
import { normalize } from './normalize.ts';
import { Secrets, Settings } from './settings.ts';
import { dedupeKey, parse, sign, verify } from './webhook.ts';

export const tiktokShop = defineAdapter({
  id: 'tiktok-shop',
  version: 1,
  label: 'TikTok Shop',
  evidence: 'documented',
  docs: [
    'https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview',
    'https://partner.tiktokshop.com/docv2/page/configuration-guide',
    'https://partner.tiktokshop.com/docv2/page/11-cancellation-status-change',
    'https://partner.tiktokshop.com/docv2/page/12-return-status-change',
    'https://partner.tiktokshop.com/docv2/page/h4cxaxub',
    'https://partner.tiktokshop.com/docv2/page/2f0jrrxc',
    'https://partner.tiktokshop.com/docv2/page/8y10pibm',
  ],
  about,
  settings: Settings,
  secrets: Secrets,
  reader: { parse, normalize },
  webhook: { verify, dedupeKey, sign },
});
