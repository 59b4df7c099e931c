import type { DestinationConfig } from '../config/config.ts';
import type { NewId } from '../model/ids.ts';
import type { Attempt } from '../storage/store.ts';
import type { Sender } from './send-delivery.ts';
import { signDelivery } from './sign-delivery.ts';

/** Sends one signed `destination.test` now, outside every line and sequence, and tells what came back. It is not kept. */
export async function testDestination(
  deps: { readonly sender: Sender; readonly newId: NewId; readonly now: () => number },
  destination: DestinationConfig,
  requestedBy: string,
): Promise<Attempt & { readonly webhookId: string }> {
  const startedAtMs = deps.now();
  const id = deps.newId('att');
  const timestamp = new Date(startedAtMs).toISOString();
  const { account, name } = destination;
  const body = JSON.stringify({ type: 'destination.test', timestamp, data: { schema: 1, account, destination: name } });
  const outgoing = signDelivery(destination, { webhookId: id, body }, startedAtMs);
  const { outcome, status, detail, responseHead } = await deps.sender.send(
    outgoing,
    destination.timeoutMs,
    startedAtMs,
  );
  return {
    id,
    webhookId: id,
    startedAtMs,
    durationMs: deps.now() - startedAtMs,
    outcome,
    status,
    detail,
    responseHead,
    requestedBy,
  };
}
