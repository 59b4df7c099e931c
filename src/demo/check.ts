import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters, exampleAdapters } from '../adapters.ts';
import { claimNothingLeft, playTheRest, tellEverything } from './chapters.ts';
import { openStage } from './stage.ts';
import type { Telling } from './telling.ts';

/**
 * Plays everything the demo tells and the stories it does not tell, on free ports and in a folder of its own, so that
 * it runs beside a demo and beside itself. One line per group of claims. Answers whether all of them hold.
 */
export async function checkDemo(say: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'retour-demo-'));
  const claims = collectClaims(say);
  try {
    const stage = await openStage({ folder, port: 0, shopPort: 0 });
    try {
      const told = await tellEverything(stage, claims.telling);
      for (const { id } of [...adapters, ...exampleAdapters]) await playTheRest(stage, claims.telling, id, told);
      await claimNothingLeft(stage, claims.telling);
    } catch (error) {
      claims.telling.claim(error instanceof Error ? error.message : String(error), false);
    } finally {
      await stage.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return claims.finish();
}

interface Claims {
  readonly telling: Telling;
  /** Says the last group and the sum. */
  finish(): boolean;
}

export function collectClaims(say: (line: string) => void): Claims {
  let group: { readonly title: string; readonly failed: string[]; held: number } | null = null;
  let held = 0;
  let failed = 0;

  function close(): void {
    if (group === null) return;
    say(
      `${group.failed.length === 0 ? 'ok  ' : 'FAIL'}  ${group.title}: ${group.held} of ${group.held + group.failed.length} claims hold`,
    );
    for (const what of group.failed) say(`        ${what}`);
    held += group.held;
    failed += group.failed.length;
    group = null;
  }

  return {
    telling: {
      chapter({ title, provider }) {
        close();
        group = { title: `${title} (${provider})`, failed: [], held: 0 };
      },
      step() {},
      fact() {},
      note() {},
      claim(what, holds) {
        group ??= { title: 'The demo', failed: [], held: 0 };
        if (holds) group.held += 1;
        else group.failed.push(what);
      },
    },
    finish() {
      close();
      say(
        failed === 0 && held > 0
          ? `The demo holds: ${held} claims.`
          : `The demo does not hold: ${failed} of ${held + failed} claims failed.`,
      );
      return failed === 0 && held > 0;
    },
  };
}
