import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CorrectionsStage, openCorrectionsStage } from './corrections-stage.ts';
import { CLOSED, OPENED } from './corrections-webhooks.ts';
import { type ConsoleStep, renewConsole, type Said, words } from './doc-console.ts';
import { mendedParcelDesk } from './parcel-desk.ts';
import { createPlaceholders, hideSurroundings } from './placeholders.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/corrections.md', import.meta.url));

let stage: CorrectionsStage;
beforeEach(async () => {
  stage = await openCorrectionsStage();
});
afterEach(() => stage.close());

/** What the receiver kept of its nth message. The return is as long as it is in every message, so it is left out. */
function receivedFile(file: string): string {
  const { webhookId, type, timestamp, data } = stage.received[Number.parseInt(file, 10) - 1]!;
  const body = { type, timestamp, data: { ...data, return: '… the whole return as now known …' } };
  return `webhook-id: ${webhookId}\n\n${JSON.stringify(body, null, 2)}\n`;
}

describe('docs/corrections.md', () => {
  it('shows what the commands say and what the receiver gets (renew it with UPDATE=1)', async () => {
    const placeholders = createPlaceholders();
    const started = Date.now();
    const run = async ({ kind, text }: ConsoleStep): Promise<Said> => {
      if (kind === 'directive') {
        if (text === 'mend') await stage.reopen(mendedParcelDesk);
        return { code: 0, output: '' };
      }
      const [program, ...argv] = words(placeholders.reveal(text));
      const said =
        program === 'cat'
          ? { code: 0, out: receivedFile(argv[0]!.replace('received/', '')), err: '' }
          : await stage.run(argv);
      await stage.settle();
      placeholders.know(await stage.ids());
      const output = hideSurroundings(placeholders.hide(said.err + said.out), started, {});
      return { code: said.code, output };
    };
    await stage.tell('desk-1', OPENED);
    await stage.tell('desk-2', CLOSED);
    const document = readFileSync(DOCUMENT, 'utf8');

    const renewed = await renewConsole(document, run);

    if (process.env.UPDATE === '1') writeFileSync(DOCUMENT, renewed);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(renewed);
  });
});
