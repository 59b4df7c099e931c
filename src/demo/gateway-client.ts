import type { InboundRequest } from '../adapter/webhook.ts';
import type { ReturnAuthorization } from '../model/return.ts';

/** Speaks to the gateway as everybody else does: over HTTP. What it reads of an answer is written down here, and no more. */

/** What a provider hears. */
export interface WebhookAnswer {
  readonly status: number;
  /** The kept request; `null` where it was refused. */
  readonly inboundId: string | null;
  readonly duplicate: boolean;
  /** Where the reason for a refusal is found; `null` where it was kept. */
  readonly rejectionId: string | null;
}

export interface Inbound {
  readonly id: string;
  readonly state: string;
  readonly path: string;
  readonly verification: { readonly trust: string };
  readonly returnIds: readonly string[];
  readonly notices: readonly {
    readonly type: string | null;
    readonly state: string;
    readonly eventIds: readonly string[];
    readonly problem: { readonly code: string; readonly path: string | null; readonly message: string } | null;
  }[];
}

export interface RecordedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly sequence: number;
  readonly late: boolean;
}

export interface Delivery {
  readonly id: string;
  readonly destination: string;
  readonly type: string;
  readonly webhookId: string;
  readonly sequence: number;
  readonly state: string;
  readonly attempts?: readonly { readonly outcome: string; readonly status: number | null }[];
}

export interface Rejection {
  readonly id: string;
  readonly reason: string;
  readonly header: string | null;
}

export interface ReplayPreview {
  readonly outcome: string;
  readonly events: readonly { readonly effect: string }[];
  readonly deliveries: readonly { readonly effect: string }[];
}

export interface GatewayClient {
  send(request: InboundRequest): Promise<WebhookAnswer>;
  /** The kept request once it has been read. Rejects if that takes more than a few seconds. */
  inbound(id: string): Promise<Inbound>;
  inbounds(filter: Readonly<Record<string, string>>): Promise<readonly Pick<Inbound, 'id' | 'state' | 'path'>[]>;
  /** A merged return's id gives the survivor. */
  returned(id: string): Promise<ReturnAuthorization>;
  events(returnId: string): Promise<readonly RecordedEvent[]>;
  deliveries(filter: Readonly<Record<string, string>>): Promise<readonly Delivery[]>;
  delivery(id: string): Promise<Delivery>;
  rejections(account: string): Promise<readonly Rejection[]>;
  preview(inboundId: string): Promise<ReplayPreview>;
}

/** Far longer than anything takes here: who waits longer has found a fault. */
const PATIENCE_MS = 15_000;

export function createGatewayClient(url: string, token: string): GatewayClient {
  async function call<Answer>(method: string, path: string): Promise<Answer> {
    const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async function list<Row>(path: string, filter: Readonly<Record<string, string>>): Promise<readonly Row[]> {
    const query = new URLSearchParams({ ...filter, limit: '200' });
    return (await call<{ readonly data: readonly Row[] }>('GET', `${path}?${query}`)).data;
  }

  return {
    async send({ method, path, query, headers, body }) {
      const pairs = Object.entries(headers).flatMap(([name, values]) => values.map(value => [name, value] as const));
      const search = query.size === 0 ? '' : `?${query}`;
      const response = await fetch(`${url}${path}${search}`, {
        method,
        headers: pairs.map(([name, value]): [string, string] => [name, value]),
        body: Buffer.from(body),
      });
      const answer = (await response.json()) as Partial<Record<'id' | 'rejectionId', string>> & { duplicate?: boolean };
      return {
        status: response.status,
        inboundId: answer.id ?? null,
        duplicate: answer.duplicate ?? false,
        rejectionId: answer.rejectionId ?? null,
      };
    },
    async inbound(id) {
      return await until(
        () => call<Inbound>('GET', `/v1/inbound/${id}`),
        row => row.state !== 'received',
        `${id} to be read`,
      );
    },
    inbounds: filter => list('/v1/inbound', filter),
    returned: id => call('GET', `/v1/returns/${id}`),
    events: returnId => list(`/v1/returns/${returnId}/events`, {}),
    deliveries: filter => list('/v1/deliveries', filter),
    delivery: id => call('GET', `/v1/deliveries/${id}`),
    rejections: account => list('/v1/rejections', { account }),
    preview: inboundId => call('POST', `/v1/inbound/${inboundId}/replay?dryRun=true`),
  };
}

/** Asks again and again until it holds. */
export async function until<Value>(
  ask: () => Promise<Value> | Value,
  holds: (value: Value) => boolean,
  what: string,
): Promise<Value> {
  const patienceEnds = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > patienceEnds) throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what} in vain.`);
    // Nobody waits any more once the servers are closed, so this must not keep the process alive.
    await new Promise(resolve => setTimeout(resolve, 20).unref());
  }
}
