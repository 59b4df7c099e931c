import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectClaims } from '../../src/demo/check.ts';
import { claimStory } from '../../src/demo/claim-story.ts';
import { playStory } from '../../src/demo/play-story.ts';
import { openStage, resetFolder, type Stage } from '../../src/demo/stage.ts';
import { fixturesOf, loadStory, type Story } from '../../src/demo/stories.ts';

const HAPPY = loadStory(fixturesOf('standard'), 'happy-path');

let folder = '';
let stage: Stage | null = null;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'retour-stage-')), 'demo');
});
afterEach(async () => {
  await stage?.close();
  stage = null;
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function open(): Promise<Stage> {
  stage = await openStage({ folder, port: 0, shopPort: 0 });
  return stage;
}

describe('the stage', () => {
  it('plays a story through the port, to the shop', async () => {
    const here = await open();
    const lines: string[] = [];
    const claims = collectClaims(line => lines.push(line));

    const played = await playStory(here, 'standard', HAPPY);
    claimStory(here, claims.telling, played);

    expect(claims.finish(), lines.join('\n')).toBe(true);
    expect(played.returns.map(({ status }) => status)).toEqual(['completed']);
  });

  it('finds out when a story does not end as it says', async () => {
    const here = await open();
    const claims = collectClaims(() => {});

    const played = await playStory(here, 'standard', {
      ...HAPPY,
      ends: { status: 'expired', kept: { unreadable: 1 } },
    });
    claimStory(here, claims.telling, played);

    expect(claims.finish()).toBe(false);
  });

  it('knows a story of a parcel alone, whose return nobody told', async () => {
    const here = await open();
    const parcel: Story = {
      ...loadStory(fixturesOf('example'), 'out-of-order'),
      fresh: { EXP00010042: 'tracking', 'scan-1': 'id', 'scan-2': 'id', 'dlv-05': 'id' },
      steps: [{ say: 'A parcel was scanned.', webhook: 'scans' }],
    };
    const holds = async (ends: Story['ends']) => {
      const claims = collectClaims(() => {});
      claimStory(here, claims.telling, await playStory(here, 'example', { ...parcel, ends }));
      return claims.finish();
    };

    expect(await holds({ status: 'received', returns: 0, kept: { waiting: 1 } })).toBe(true);
    expect(await holds({ status: 'received', kept: { waiting: 1 } })).toBe(false);
  });

  it('knows a story whose webhooks only point to a return, by what the provider answers then', async () => {
    const here = await open();
    const pointed = loadStory(fixturesOf('example'), 'pointed-to');
    const claims = collectClaims(() => {});

    const played = await playStory(here, 'example', pointed);
    claimStory(here, claims.telling, played);

    expect(claims.finish()).toBe(true);
    expect(played.steps.map(({ fetched }) => fetched.map(({ state }) => state))).toEqual([['recorded'], ['recorded']]);
    expect(played.returns).toMatchObject([{ settlements: [{ state: 'paid' }] }]);
  });

  it('makes no return of a webhook whose object the provider does not have', async () => {
    const here = await open();
    const { steps, ...pointed } = loadStory(fixturesOf('example'), 'pointed-to');
    const unanswered = steps.map(({ answers: _, ...step }) => step);

    const played = await playStory(here, 'example', { ...pointed, steps: unanswered });

    expect(played.returns).toEqual([]);
    expect(played.inbound.map(({ state }) => state)).toEqual(['recorded', 'recorded']);
  });

  it('tells a story twice over one store, as two returns', async () => {
    const here = await open();

    const once = await playStory(here, 'standard', HAPPY);
    const again = await playStory(here, 'standard', HAPPY);

    expect(again.returns[0]?.id).not.toBe(once.returns[0]?.id);
  });

  it('refuses a second demo in one folder with one sentence', async () => {
    await open();

    const second = openStage({ folder, port: 0, shopPort: 0 });

    await expect(second).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringMatching(/^A demo is running already and uses .+: stop it with Ctrl-C first\./),
    });
  });

  it('deletes nothing while a demo runs, and the folder alone once it does not', async () => {
    const here = await open();

    await expect(resetFolder(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await here.close();
    stage = null;
    await resetFolder(folder);

    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(folder, '..'))).toBe(true);
  });
});
