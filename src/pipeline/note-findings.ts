import { naturalId } from '../model/ids.ts';
import type { NotedFinding, Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';

/** Something that was seen about a connection; which finding it belongs to follows from it. */
export type Sighting = Omit<NotedFinding, 'id'>;

export type NoteFindings = (sightings: readonly Sighting[]) => Promise<void>;

/** One finding per account, connection, kind and subject. */
export function findingId({
  account,
  connection,
  kind,
  subject,
}: Pick<Sighting, 'account' | 'connection' | 'kind' | 'subject'>): string {
  return naturalId('fnd', [account, connection, kind, subject]);
}

/** A finding that opens gets one line in the log, however often it is seen afterwards. */
export function createNoteFindings({
  store,
  log,
}: {
  readonly store: Pick<Store, 'noteFindings'>;
  readonly log: Log;
}): NoteFindings {
  return async sightings => {
    if (sightings.length === 0) return;
    const opened = await store.noteFindings(sightings.map(sighting => ({ ...sighting, id: findingId(sighting) })));
    for (const { id, account, connection, kind, subject, detail } of opened) {
      log.warn({ event: 'finding.opened', findingId: id, account, connection, kind, subject, detail });
    }
  };
}

/** For whoever has more to do: a finding that cannot be noted holds up nothing. */
export async function noteIfPossible(
  { note, log }: { readonly note: NoteFindings; readonly log: Log },
  sighting: Sighting,
): Promise<void> {
  await note([sighting]).catch(error => {
    log.warn({ event: 'finding.not_noted', kind: sighting.kind, ...describeError(error) });
  });
}
