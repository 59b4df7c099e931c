import type { EventAnswer, ReturnAnswer } from './answers.ts';
import { type ApiClient, type Listed, PAGE } from './api-client.ts';
import type { Follower } from './follow-list.ts';

/** Follows what is recorded. The API tells it oldest first from a position on, so the end has to be found once. */
export function followEvents(api: ApiClient, account: string | undefined): Follower<EventAnswer> {
  let position = 0;

  const readAfter = (after: number, limit: number) =>
    api.get<Listed<EventAnswer>>('/v1/events', { account, after, limit });

  async function drain(): Promise<readonly EventAnswer[]> {
    const events: EventAnswer[] = [];
    for (;;) {
      const { data } = await readAfter(position, PAGE);
      events.push(...data);
      position = data.at(-1)?.position ?? position;
      if (data.length < PAGE) return events;
    }
  }

  /** The last event of the return that was written last is at the end, or so near that the rest is read. */
  async function findEnd(): Promise<number> {
    const newest = await api.get<Listed<ReturnAnswer>>('/v1/returns', { account, limit: 1 });
    const [last] = newest.data;
    if (last === undefined) return 0;
    const after = Math.max(0, last.sequence - 1);
    const { data } = await api.get<Listed<EventAnswer>>(`/v1/returns/${last.id}/events`, { after, limit: 1 });
    return data[0]?.position ?? 0;
  }

  return {
    async begin(last) {
      position = await findEnd();
      await drain();
      if (last === 0) return [];
      // Positions have gaps, so these may be fewer than were asked for.
      const { data } = await readAfter(Math.max(0, position - last), Math.min(last, PAGE));
      return data;
    },
    round: drain,
  };
}
