import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { type Inbound, until } from './gateway-client.ts';
import type { Stage } from './stage.ts';

/** Told to the provider of a story: what it answers from now on, by the path of the call. */
export type Answers = ReadonlyMap<string, Answer>;

export interface Answer {
  readonly kind: string;
  readonly call: InboundRequest;
}

/** As the gateway keeps it: the kind of object in a header. */
export function keptAnswer({ kind, call }: Answer): InboundRequest {
  return { ...call, headers: { ...call.headers, 'retour-object-kind': [kind] } };
}

/**
 * What a kept request only points to is fetched within a second or two: waits until each answer that the story has is kept
 * and read, and for what it points to in turn. `seen`: rows of earlier fetches; those found are added.
 */
export async function followFetches(
  stage: Stage,
  connection: ConnectionConfig,
  request: InboundRequest,
  answers: Answers,
  seen: Set<string>,
): Promise<readonly Inbound[]> {
  const found: Inbound[] = [];
  for (const path of pathsOf(connection, request)) {
    const answer = answers.get(path);
    if (answer === undefined) continue;
    const { account, name } = connection;
    const rows = await until(
      () => stage.client.inbounds({ account, connection: name }),
      list => list.some(row => row.path === path && !seen.has(row.id)),
      `the answer of ${path} to be kept`,
    );
    const { id } = rows.find(row => row.path === path && !seen.has(row.id))!;
    seen.add(id);
    found.push(await stage.client.inbound(id));
    found.push(...(await followFetches(stage, connection, keptAnswer(answer), answers, seen)));
  }
  return found;
}

/** The paths of the calls that a request leads to, by the adapter's own reading; each once. */
export function pathsOf(connection: ConnectionConfig, request: InboundRequest): readonly string[] {
  const { adapter, settings } = connection;
  const parsed = adapter.reader.parse(request, settings);
  if (parsed.outcome === 'unreadable') return [];
  const refs = parsed.notices.flatMap(notice => {
    if (notice.problem !== undefined) return [];
    const normalized = adapter.reader.normalize(notice, settings);
    return normalized.outcome === 'fetch' ? normalized.refs : [];
  });
  const paths = refs.flatMap(ref => adapter.fetching?.request(ref, connection)?.path ?? []);
  return [...new Set(paths.map(path => path.split('?')[0]!))];
}
