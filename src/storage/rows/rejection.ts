import type { Rejection } from '../store.ts';

export interface RejectionStored {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly received_at_ms: number;
  /** The rest, as JSON. */
  readonly detail: string;
}

export function toRejection({ id, account, connection, received_at_ms, detail }: RejectionStored): Rejection {
  return { id, account, connection, receivedAtMs: received_at_ms, ...JSON.parse(detail) };
}
