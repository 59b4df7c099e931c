import { openStore } from '../../../src/storage/open-store.ts';
import {
  claim,
  event,
  group,
  inboundRow,
  lineClaim,
  outcome,
  success,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';

// Started by a test as a process of its own: tells every acknowledgement on stdout, until it is killed at any instant.

const store = await openStore(`sqlite:${process.argv[2]}`, { checkpointEveryMs: 20 });
await store.syncDestinations([{ account: 'acme-outdoor', name: 'refunds' }], T0);

for (let round = 0; ; round += 1) {
  const rows = Array.from({ length: 8 }, (_, index) => inboundRow(`inb_${round}_${index}`));
  for (const result of await store.keepInbound(rows)) {
    if (result.outcome === 'kept') process.stdout.write(`kept ${result.id}\n`);
  }
  const claimed = await store.claimInbound(claim());
  const groups = claimed.map(({ id }) =>
    group([write(`ret_${id}`, { events: [event(id, 1, ['refunds'])] })], [outcome(id)]),
  );
  for (const [index, result] of (await store.record(groups, T0)).entries()) {
    if (result.outcome === 'recorded') process.stdout.write(`recorded ret_${claimed[index]!.id}\n`);
  }
  const lines = await store.claimLines(lineClaim('worker', T0, { limit: 4 }));
  await store.settleDeliveries(
    lines.map(line => success(line.id)),
    T0,
  );
  for (const line of lines) process.stdout.write(`delivered ${line.id}\n`);
  await new Promise(resolve => setImmediate(resolve));
}
