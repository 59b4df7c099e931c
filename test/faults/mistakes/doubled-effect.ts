import { rewriteSource } from '../rewrite-source.ts';

// A fact that is told twice is two facts: its key names the row that told it.

rewriteSource(
  'src/model/derive-facts.ts',
  "'time', event.occurredAt ?? '']",
  "'time', event.occurredAt ?? '', member.telling.source.inboundId]",
);
