import type { Played, PlayedStep } from './play-story.ts';
import type { Stage } from './stage.ts';
import type { Telling } from './telling.ts';

/** What must be true once a story is told, whichever it is. */
export function claimStory(stage: Stage, telling: Telling, played: Played): void {
  const { story, connection, inbound, returns, deliveries, messages } = played;
  const name = `${connection.adapter.id}/${story.name}`;
  for (const [index, step] of played.steps.entries()) claimAnswers(telling, played, index, step);

  const kept = Object.fromEntries(
    [...Map.groupBy(inbound, row => row.state)]
      .filter(([state]) => state !== 'recorded')
      .map(([state, rows]) => [state, rows.length]),
  );
  const expected = story.ends.kept ?? {};
  telling.claim(
    `${name}: every kept webhook is recorded, but for ${JSON.stringify(expected)} (is ${JSON.stringify(kept)})`,
    sameCounts(kept, expected),
  );
  const wanted = story.ends.returns ?? 1;
  telling.claim(`${name}: returns in the end: ${wanted} (are ${returns.length})`, returns.length === wanted);
  const status = returns[0]?.status ?? 'none';
  const ends = wanted === 0 ? 'none' : story.ends.status;
  telling.claim(`${name}: the return is ${ends} (is ${status})`, status === ends);

  const undelivered = deliveries.filter(delivery => delivery.state !== 'delivered');
  telling.claim(`${name}: every message is delivered (${undelivered.length} are not)`, undelivered.length === 0);
  const sent = deliveries.map(({ destination, webhookId }) => `${destination} ${webhookId}`).toSorted();
  const got = messages.map(({ path, webhookId }) => `${path.slice(path.lastIndexOf('/') + 1)} ${webhookId}`).toSorted();
  telling.claim(
    `${name}: the shop got each message once (${sent.length} sent, ${got.length} got)`,
    sent.length > 0 === wanted > 0 && sent.join() === got.join(),
  );
  telling.claim(
    `${name}: the shop has nothing to complain about (${stage.shop.complaints.join('; ')})`,
    stage.shop.complaints.length === 0,
  );
}

function claimAnswers(telling: Telling, { story, connection, steps }: Played, index: number, played: PlayedStep): void {
  const { step, answers, inbound } = played;
  const what = `${connection.adapter.id}/${story.name}, step ${index + 1}`;
  if (step.tamper !== undefined) {
    telling.claim(
      `${what}: the forgery is answered 401 and leaves no more than a record of the refusal`,
      inbound === null &&
        answers.every(
          ({ status, inboundId, rejectionId }) => status === 401 && inboundId === null && rejectionId !== null,
        ),
    );
    return;
  }
  telling.claim(
    `${what}: it is answered ${connection.acknowledgeWith}`,
    answers.every(({ status }) => status === connection.acknowledgeWith),
  );
  const earlier = steps.slice(0, index).find(other => other.step.webhook === step.webhook && other.inbound !== null);
  if (inbound?.verification.trust === 'hint') {
    telling.claim(
      `${what}: what proves too little is never taken for a redelivery`,
      answers.every(({ duplicate }) => !duplicate) && earlier?.inbound?.id !== inbound.id,
    );
    return;
  }
  const first = earlier?.answers[0] ?? answers[0]!;
  telling.claim(
    `${what}: a redelivery is known as such, and only that`,
    answers.every(
      ({ inboundId, duplicate }, time) =>
        inboundId === first.inboundId && duplicate === (earlier !== undefined || time > 0),
    ),
  );
}

function sameCounts(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every(key => one[key] === other[key]);
}
