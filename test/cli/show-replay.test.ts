import { describe, expect, it } from 'vitest';
import type { ReplayAnswer } from '../../src/cli/answers.ts';
import { showReplay } from '../../src/cli/show-replay.ts';

const ANSWER: ReplayAnswer = {
  inboundId: 'inb_1',
  dryRun: true,
  adapter: { id: 'toy', version: 2, previousVersion: 1 },
  outcome: 'identical',
  notices: [],
  events: [{ eventId: 'evt_1', type: 'refund.issued', effect: 'unchanged' }],
  returns: [],
  deliveries: [],
};

const shown = (answer: Partial<ReplayAnswer>) => showReplay({ ...ANSWER, ...answer }, { columns: null, colour: false });

describe('the answer of a replay', () => {
  it('says of a message that was made before that it waits, and of a new one that it would be sent', () => {
    const text = shown({
      deliveries: [
        { destination: 'down', eventId: 'evt_1', effect: 'queued_already' },
        { destination: 'new', eventId: 'evt_1', effect: 'would_send' },
      ],
    });

    expect(text).toContain('  down         refund.issued  waits already\n');
    expect(text).toContain('  new          refund.issued  would be sent\n');
  });
});
