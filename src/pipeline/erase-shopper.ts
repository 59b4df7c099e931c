import type { LoadedConfig } from '../config/config.ts';
import type { Erasure, ErasureSubject, Scope, Store } from '../storage/store.ts';
import type { Log } from '../telemetry/log.ts';

export interface EraseDeps {
  readonly store: Pick<Store, 'eraseShopper'>;
  readonly config: () => LoadedConfig;
  readonly now: () => number;
  readonly log: Log;
}

export interface EraseRequest {
  readonly account: string;
  readonly subject: ErasureSubject;
  readonly dryRun: boolean;
  readonly requestedBy: string;
}

/** What an erasure does not reach, and why: for whoever has to answer for it. */
export interface Remainder {
  readonly what: 'facts' | 'unread' | 'not_read_yet' | 'being_sent' | 'sent' | 'files' | 'copies';
  /** `null`: the gateway cannot know. */
  readonly count: number | null;
  readonly why: string;
}

export interface ErasureReport extends Erasure {
  readonly account: string;
  readonly dryRun: boolean;
  /** Messages still to be sent to destinations that get the shopper; they go without. */
  readonly sentWithout: readonly { readonly destination: string; readonly pending: number }[];
  readonly remains: readonly Remainder[];
}

/** Erases a shopper's data and says what was found, what goes and what remains. `null`: no such account or return in scope. */
export async function eraseShopper(
  { store, config, now, log }: EraseDeps,
  scope: Scope,
  { account, subject, dryRun, requestedBy }: EraseRequest,
): Promise<ErasureReport | null> {
  const erasure = await store.eraseShopper(scope, account, subject, { dryRun, nowMs: now() });
  if (erasure === null) return null;
  const { returns, rows, naming, answers, filesCleared } = erasure;
  log.info({
    event: 'shopper.erased',
    account,
    by: 'email' in subject ? 'email' : 'return',
    dryRun,
    requestedBy,
    returns: returns.map(({ id }) => id),
    rows: rows.erased,
    naming: naming.length,
    answers,
    filesCleared,
  });
  const destinations = config().accounts.get(account)?.destinations;
  const personal = erasure.deliveries.filter(
    ({ destination }) => destinations?.get(destination)?.personalData === true,
  );
  return {
    ...erasure,
    account,
    dryRun,
    sentWithout: personal
      .filter(({ pending }) => pending > 0)
      .map(({ destination, pending }) => ({ destination, pending })),
    remains: remaindersOf(erasure, personal, { dryRun, searched: 'email' in subject }),
  };
}

function remaindersOf(
  { returns, unattributed, filesCleared }: Erasure,
  personal: Erasure['deliveries'],
  { dryRun, searched }: { readonly dryRun: boolean; readonly searched: boolean },
): readonly Remainder[] {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const unread = sum(unattributed.filter(({ state }) => state !== 'received').map(({ rows }) => rows));
  const waiting = sum(unattributed.filter(({ state }) => state === 'received').map(({ rows }) => rows));
  const remainders: readonly (Remainder | null)[] = [
    counted(
      'facts',
      returns.length,
      'The returns themselves stay, with what happened when, amounts, order and tracking numbers, and what providers wrote into fields other than those of the shopper.',
    ),
    counted(
      'unread',
      unread,
      `Requests of the account that belong to no return, so nobody can say of whom they tell. ${searched ? 'None of them names the e-mail address.' : 'They were not searched: an erasure by e-mail address does.'} Their bytes go by age.`,
    ),
    counted(
      'not_read_yet',
      waiting,
      'Requests of the account that were received and not read yet may bring the data anew. Erase again once they are read.',
    ),
    counted(
      'being_sent',
      sum(personal.map(({ delivering }) => delivering)),
      'Messages that were being sent at this moment to destinations that get the shopper.',
    ),
    counted(
      'sent',
      sum(personal.map(({ delivered }) => delivered)),
      'Messages that were delivered to destinations that get the shopper. Their owners have the data and must erase it themselves.',
    ),
    filesCleared || dryRun
      ? null
      : {
          what: 'files',
          count: null,
          why: 'Somebody, such as a backup, was reading the store, so its files may still hold what was erased. The next retention run, within the hour, clears it.',
        },
    {
      what: 'copies',
      count: null,
      why: 'Copies of the store that were made before hold the data; after restoring one, erase again. What the provider sends from now on may bring it anew.',
    },
  ];
  return remainders.filter(remainder => remainder !== null);
}

function counted(what: Remainder['what'], count: number, why: string): Remainder | null {
  return count === 0 ? null : { what, count, why };
}
