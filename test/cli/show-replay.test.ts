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
  alsoToldBy: [],
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

  it('names who else tells what the request no longer does', () => {
    const text = shown({ outcome: 'changed', alsoToldBy: ['inb_2', 'inb_3'] });

    expect(text).toContain('It no longer tells all it told before, but no fact changes.');
    expect(text).toContain('What it no longer tells is also told by inb_2, inb_3; replay them too.\n');
  });

  it('does not speak of other facts where only the return moved', () => {
    const differences = [{ path: '/decision/at', before: '2026-11-20T10:00:00.000Z', after: null }];

    const text = shown({ outcome: 'changed', returns: [{ returnId: 'ret_1', differences }] });

    expect(text).toContain('No fact changes, but the return does.');
    expect(text).not.toContain('other facts');
  });

  it('does not speak of other facts where only a notice came to something else', () => {
    const notices = [{ type: 'toy', before: 'recorded', after: 'ignored', problem: null }];

    expect(shown({ outcome: 'changed', notices })).toContain('No fact changes; what became of its notices does.');
  });
});
