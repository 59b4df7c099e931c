import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CorrectionsStage, openCorrectionsStage } from './corrections-stage.ts';
import { CLOSED, OPENED } from './corrections-webhooks.ts';
import { mendedParcelDesk } from './parcel-desk.ts';

let stage: CorrectionsStage;
beforeEach(async () => {
  stage = await openCorrectionsStage();
});
afterEach(() => stage.close());

/** What a command writes with `--json`, and with which code it ends. */
async function ask(...argv: readonly string[]) {
  const { code, out } = await stage.run([...argv, '--json']);
  return { code, answer: JSON.parse(out) };
}

/** Version 1 has read both webhooks, its messages were taken, and version 2 runs. */
async function openMended() {
  await stage.tell('desk-1', OPENED);
  const closed = await stage.tell('desk-2', CLOSED);
  await stage.reopen(mendedParcelDesk);
  return closed;
}

function line({ webhookId, type, data }: CorrectionsStage['received'][number]) {
  return { webhookId, type, sequence: data.sequence, revision: data.revision, withdrawn: data.withdrawn };
}

/** Units received, by the provider's name of the line. */
function received({ items }: { items: readonly { orderLineId: string; quantities: { received: number } }[] }) {
  return Object.fromEntries(items.map(({ orderLineId, quantities }) => [orderLineId, quantities.received]));
}

describe('a mapping that was wrong', () => {
  it('has told a refund a hundred times too high and a line that never arrived', async () => {
    await openMended();

    expect(stage.received.map(({ type, data }) => [data.sequence, type, data.change])).toEqual([
      [1, 'return.requested', expect.anything()],
      [2, 'item.received', { items: [{ ref: '1', quantity: 1 }] }],
      [3, 'item.received', { items: [{ ref: '2', quantity: 1 }] }],
      [
        4,
        'refund.issued',
        {
          settlement: { ref: 'rf-1', kind: 'refund', state: 'paid', amount: { amountMinor: 490_000, currency: 'USD' } },
        },
      ],
    ]);
  });

  it('once mended is previewed as a difference of the canonical return, and nothing is written or sent', async () => {
    const closed = await openMended();

    const { code, answer } = await ask('inbound', 'replay', closed, '--dry-run');

    expect(code).toBe(2);
    expect(answer).toMatchObject({
      dryRun: true,
      outcome: 'changed',
      adapter: { id: 'parcel-desk', version: 2, previousVersion: 1 },
      events: [
        { type: 'item.received', effect: 'unchanged' },
        { type: 'item.received', effect: 'withdrawn' },
        { type: 'refund.issued', effect: 'revised' },
      ],
      deliveries: [
        { destination: 'refunds', effect: 'already_delivered' },
        { destination: 'refunds', effect: 'would_send' },
        { destination: 'refunds', effect: 'would_send' },
      ],
    });
    const [{ differences }] = answer.returns;
    expect(differences).toEqual([
      { path: expect.stringMatching(/^\/items\/itm_\w+\/quantities\/received$/), before: 1, after: 0 },
      { path: expect.stringMatching(/^\/settlements\/stl_\w+\/amount\/amountMinor$/), before: 490_000, after: 4900 },
    ]);
    const { answer: returned } = await ask('returns', 'show', 'MK-1001');
    expect(returned.settlements[0].amount).toEqual({ amountMinor: 490_000, currency: 'USD' });
    expect(stage.received).toHaveLength(4);
  });

  it('is corrected by a withdrawal and a revision that name what they replace', async () => {
    const closed = await openMended();
    const before = [...stage.received];

    const { code } = await ask('inbound', 'replay', closed);
    await stage.settle();

    expect(code).toBe(0);
    const [, , falseLine, falseRefund] = before;
    const [withdrawal, revision, ...more] = stage.received.slice(before.length);
    expect(more).toEqual([]);
    expect(line(withdrawal!)).toEqual({
      webhookId: `${falseLine!.webhookId}_r2`,
      type: 'item.received',
      sequence: 5,
      revision: 2,
      withdrawn: true,
    });
    expect(withdrawal!.data).toMatchObject({ replayOf: falseLine!.webhookId, change: {} });
    expect(line(revision!)).toEqual({
      webhookId: `${falseRefund!.webhookId}_r2`,
      type: 'refund.issued',
      sequence: 6,
      revision: 2,
      withdrawn: false,
    });
    expect(revision!.data).toMatchObject({
      replayOf: falseRefund!.webhookId,
      change: { settlement: { ref: 'rf-1', amount: { amountMinor: 4900, currency: 'USD' } } },
    });
    for (const { data } of [withdrawal!, revision!]) {
      expect(data.return.settlements[0].amount).toEqual({ amountMinor: 4900, currency: 'USD' });
      expect(received(data.return)).toEqual({ '1': 1, '2': 0 });
    }
  });

  it('leaves a timeline without a gap, in which what was told stays', async () => {
    const closed = await openMended();
    await ask('inbound', 'replay', closed);

    const { answer } = await ask('returns', 'timeline', 'MK-1001');

    expect(
      answer.data.map(({ sequence, type, revision, withdrawn }: (typeof answer.data)[number]) => [
        sequence,
        type,
        revision,
        withdrawn,
      ]),
    ).toEqual([
      [1, 'return.requested', 1, false],
      [2, 'item.received', 1, false],
      [3, 'item.received', 1, false],
      [4, 'refund.issued', 1, false],
      [5, 'item.received', 2, true],
      [6, 'refund.issued', 2, false],
    ]);
    expect(answer.data[4].provenance).toMatchObject({
      inboundIds: [closed],
      trust: 'signed',
      adapter: { id: 'parcel-desk', version: 2 },
    });
  });

  it('is corrected once: a second replay changes nothing and sends nothing', async () => {
    const closed = await openMended();
    await ask('inbound', 'replay', closed);
    await stage.settle();
    const { answer: before } = await ask('returns', 'show', 'MK-1001');
    const { answer: deliveriesBefore } = await ask('deliveries', 'list');

    const { code, answer } = await ask('inbound', 'replay', closed);

    expect(code).toBe(0);
    expect(answer).toMatchObject({
      dryRun: false,
      outcome: 'identical',
      events: [{ effect: 'unchanged' }, { effect: 'unchanged' }],
      returns: [],
      deliveries: [{ effect: 'already_delivered' }, { effect: 'already_delivered' }],
    });
    // Messages are made in the replay's own transaction, so what is not there now will not come.
    expect((await ask('returns', 'show', 'MK-1001')).answer).toEqual(before);
    expect((await ask('deliveries', 'list')).answer).toEqual(deliveriesBefore);
    expect(stage.received).toHaveLength(6);
  });
});
