import { describe, expect, it } from 'vitest';
import { createNarrator, wrap } from '../../src/demo/narrator.ts';

function open(colour = false) {
  const written: string[] = [];
  const narrator = createNarrator(text => written.push(text), colour);
  return { narrator, text: () => written.join('') };
}

const HEADING = { title: 'A lamp comes back', provider: 'Example Returns', about: 'From the request to the refund.' };

describe('the narrator', () => {
  it('numbers the chapters', () => {
    const { narrator, text } = open();

    narrator.chapter(HEADING);
    narrator.chapter({ ...HEADING, title: 'Again' });

    expect(text()).toBe(
      '\n1  A lamp comes back  · Example Returns\n   From the request to the refund.\n' +
        '\n2  Again  · Example Returns\n   From the request to the refund.\n',
    );
  });

  it('tells a step on one line where it fits, and on two where it does not', () => {
    const { narrator, text } = open();

    narrator.step({ say: 'It arrives.', sent: 'shipment.delivered', answer: '202 kept', now: 'received' });
    narrator.step({
      say: `It ${'really '.repeat(8)}arrives.`,
      sent: 'shipment.delivered',
      answer: '202 kept',
      now: 'received',
    });

    expect(text()).toBe(
      '   · It arrives.                                       shipment.delivered → 202 kept → received\n' +
        '   · It really really really really really really really really arrives.\n' +
        '       shipment.delivered → 202 kept → received\n',
    );
  });

  it('tells what does not hold, and is silent about what does', () => {
    const { narrator, text } = open();

    narrator.claim('the sky is blue', true);
    narrator.claim('the moon is cheese', false);

    expect(text()).toBe('   ! This did not hold: the moon is cheese\n');
    expect(narrator.failures).toEqual(['the moon is cheese']);
  });

  it('uses colour only where asked to', () => {
    const plain = open(false);
    const coloured = open(true);

    plain.narrator.chapter(HEADING);
    coloured.narrator.chapter(HEADING);

    expect(plain.text()).not.toContain('\u001b[');
    expect(coloured.text()).toContain('\u001b[1m1  A lamp comes back\u001b[22m');
  });
});

describe('wrapping', () => {
  it('breaks at blanks and lets a long word stand alone', () => {
    expect(wrap('one two three /a/very/long/path four', 9)).toEqual(['one two', 'three', '/a/very/long/path', 'four']);
  });
});
