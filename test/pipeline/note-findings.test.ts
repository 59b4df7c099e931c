import { describe, expect, it } from 'vitest';
import { createNoteFindings, findingId, type Sighting } from '../../src/pipeline/note-findings.ts';
import type { Finding, NotedFinding } from '../../src/storage/store.ts';

const sighting: Sighting = {
  account: 'acme',
  connection: 'toy',
  kind: 'new_type',
  subject: 'return.lost',
  seenAtMs: 1000,
  count: 1,
  detail: {},
};

describe('findings', () => {
  it('have an id that follows from what they are about', () => {
    const { account, connection, kind, subject } = sighting;
    const later = { ...sighting, count: 7, seenAtMs: 2 };

    expect(findingId({ account, connection, kind, subject })).toMatch(/^fnd_[0-9a-z]{26}$/);
    expect(findingId(later)).toBe(findingId(sighting));
    expect(findingId({ ...sighting, subject: 'return.found' })).not.toBe(findingId(sighting));
  });

  it('get one line in the log when they open', async () => {
    const lines: object[] = [];
    const noted: NotedFinding[] = [];
    const store = {
      async noteFindings(batch: readonly NotedFinding[]) {
        const isNew = noted.length === 0;
        noted.push(...batch);
        const opened = { firstSeenAtMs: 1000, lastSeenAtMs: 1000, closedAtMs: null };
        return isNew ? batch.map((each): Finding => ({ ...each, ...opened })) : [];
      },
    };
    const note = createNoteFindings({ store, log: { warn: (line: object) => void lines.push(line) } as never });

    await note([sighting]);
    await note([sighting]);
    await note([]);

    expect(noted.map(({ id }) => id)).toEqual([findingId(sighting), findingId(sighting)]);
    expect(lines).toMatchObject([{ event: 'finding.opened', kind: 'new_type', subject: 'return.lost' }]);
  });
});
