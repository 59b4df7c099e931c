import { describe } from 'vitest';
import { describeAdministration } from './store-kit/administration.ts';
import { describeCalls } from './store-kit/calls.ts';
import { describeDelivering } from './store-kit/delivering.ts';
import { describeErasing } from './store-kit/erasing.ts';
import { describeFindings } from './store-kit/findings.ts';
import type { OpenAt } from './store-kit/harness.ts';
import { describeIntake } from './store-kit/intake.ts';
import { describeInterleaving } from './store-kit/interleaving.ts';
import { describeMerging } from './store-kit/merging.ts';
import { describeReads } from './store-kit/reads.ts';
import { describeRecording } from './store-kit/recording.ts';
import { describeRetention } from './store-kit/retention.ts';
import { describeShapes } from './store-kit/shapes.ts';
import { describeSilence } from './store-kit/silence.ts';
import { describeTimers } from './store-kit/timers.ts';

/**
 * What every driver of the store port must do, through the port alone. `open` is given a folder of its own per test and
 * opens the store that belongs to it; the same folder again is the same store after a restart. There are no exceptions.
 */
export function describeStore(name: string, open: OpenAt): void {
  describe(name, () => {
    describeIntake(open);
    describeRecording(open);
    describeMerging(open);
    describeDelivering(open);
    describeInterleaving(open);
    describeTimers(open);
    describeCalls(open);
    describeFindings(open);
    describeShapes(open);
    describeSilence(open);
    describeAdministration(open);
    describeRetention(open);
    describeErasing(open);
    describeReads(open);
  });
}
