import { type Alias, aliasKey } from '../model/aliases.ts';
import type { NewId } from '../model/ids.ts';
import type { DerivedNotice, ReturnAlias, ReturnLookup, ShopperFields, StoredReturn } from '../storage/store.ts';
import type { Interpretation, InterpretedNotice } from './interpret.ts';
import { addShopper, mergeShoppers, withoutInbound } from './shopper-fields.ts';

/** A return while it is being changed: what is stored, and what the interpretations at hand add, replace or join. */
export interface OpenReturn {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly createdAtMs: number;
  /** `null`: it is new. */
  readonly stored: StoredReturn | null;
  readonly aliases: Map<string, ReturnAlias>;
  /** Notices by inbound row; a row re-interpreted here has replaced its earlier ones. */
  readonly told: Map<string, { readonly from: Interpretation | null; readonly notices: DerivedNotice[] }>;
  /** Rows whose earlier derivation here no longer counts. */
  readonly superseded: Set<string>;
  readonly absorbs: StoredReturn[];
  shopper: ShopperFields;
  touched: boolean;
}

/** Where the notices of one interpretation went. */
export interface Correlated {
  readonly interpretation: Interpretation;
  /** Per notice, in order: the returns it was told of; empty for one that waits or tells no facts. */
  readonly targets: readonly (readonly OpenReturn[])[];
  readonly waitingFor: readonly Alias[];
}

export interface Correlation {
  readonly rows: readonly Correlated[];
  readonly returns: readonly OpenReturn[];
}

/** What must be read before these interpretations can be correlated. */
export function lookupsFor(interpretations: readonly Interpretation[]): readonly ReturnLookup[] {
  return interpretations.map(({ work, notices }) => {
    const aliases = notices.flatMap(notice => notice.aliases);
    return {
      account: work.account,
      connection: work.connection,
      identifying: aliases.filter(alias => alias.unique),
      attaching: notices
        .filter(notice => !notice.aliases.some(alias => alias.unique))
        .flatMap(notice => notice.aliases),
      inboundId: work.id,
    };
  });
}

/**
 * Finds the return of every notice: an identifying alias finds or makes it, two returns named by one notice are one
 * (the first recorded survives), and attaching aliases find but never make: a parcel fact goes to every return that
 * has its tracking number, a fact of an order line only where one return has that line, and waits otherwise.
 */
export function correlate(
  interpretations: readonly Interpretation[],
  stored: readonly StoredReturn[],
  deps: { readonly newId: NewId; readonly nowMs: number },
): Correlation {
  const open = stored.map(openStored);
  const rows = interpretations.map(interpretation => {
    const { work } = interpretation;
    for (const candidate of open) {
      if (candidate.told.delete(work.id)) {
        candidate.superseded.add(work.id);
        candidate.shopper = withoutInbound(candidate.shopper, work.id);
        candidate.touched = true;
      }
    }
    const waitingFor: Alias[] = [];
    const targets = interpretation.notices.map(notice => {
      if (notice.events.length === 0) return [];
      const found = notice.aliases.some(alias => alias.unique)
        ? [identify(open, interpretation, notice, deps)]
        : attach(open, work.account, work.connection, notice);
      if (found.length === 0) waitingFor.push(...notice.aliases);
      for (const target of found) tell(target, interpretation, notice);
      return found;
    });
    return { interpretation, targets, waitingFor };
  });
  // A return that a later notice merged away is replaced by its survivor wherever it was a target.
  const survivor = new Map<OpenReturn, OpenReturn>();
  for (const candidate of open) if (candidate.mergedInto !== null) survivor.set(candidate, candidate.mergedInto);
  const last = (target: OpenReturn): OpenReturn => {
    const next = survivor.get(target);
    return next === undefined ? target : last(next);
  };
  return {
    rows: rows.map(row => ({ ...row, targets: row.targets.map(targets => [...new Set(targets.map(last))]) })),
    returns: open.filter(candidate => candidate.mergedInto === null && candidate.touched),
  };
}

interface Open extends OpenReturn {
  mergedInto: OpenReturn | null;
}

function openStored(stored: StoredReturn): Open {
  return {
    id: stored.id,
    account: stored.account,
    connection: stored.connection,
    provider: stored.provider,
    createdAtMs: stored.createdAtMs,
    stored,
    aliases: new Map(stored.aliases.map(alias => [aliasKey(alias), alias])),
    told: new Map(
      stored.derivations.map(derivation => [derivation.inboundId, { from: null, notices: [...derivation.notices] }]),
    ),
    superseded: new Set(),
    absorbs: [],
    shopper: stored.shopper,
    touched: false,
    mergedInto: null,
  };
}

function identify(
  open: Open[],
  { work, provider }: Interpretation,
  notice: InterpretedNotice,
  deps: { readonly newId: NewId; readonly nowMs: number },
): Open {
  const identifying = notice.aliases.filter(alias => alias.unique);
  const matches = open
    .filter(
      candidate =>
        candidate.mergedInto === null && candidate.account === work.account && candidate.connection === work.connection,
    )
    .filter(candidate => identifying.some(alias => candidate.aliases.get(aliasKey(alias))?.identifies))
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  let target = matches[0];
  if (target === undefined) {
    target = {
      id: deps.newId('ret'),
      account: work.account,
      connection: work.connection,
      provider,
      createdAtMs: deps.nowMs,
      stored: null,
      aliases: new Map(),
      told: new Map(),
      superseded: new Set(),
      absorbs: [],
      shopper: {},
      touched: true,
      mergedInto: null,
    };
    open.push(target);
  }
  for (const younger of matches.slice(1)) absorb(target, younger);
  return target;
}

/** The younger's tellings keep their rows and anchors, so that its facts keep their event ids. */
function absorb(survivor: Open, younger: Open): void {
  for (const [key, alias] of younger.aliases) survivor.aliases.set(key, alias);
  for (const [inboundId, told] of younger.told) {
    const own = survivor.told.get(inboundId);
    survivor.told.set(
      inboundId,
      own === undefined ? told : { from: own.from, notices: [...own.notices, ...told.notices] },
    );
  }
  for (const inboundId of younger.superseded) survivor.superseded.add(inboundId);
  survivor.shopper = mergeShoppers(survivor.shopper, younger.shopper);
  if (younger.stored !== null) survivor.absorbs.push(younger.stored);
  survivor.absorbs.push(...younger.absorbs);
  survivor.touched = true;
  younger.mergedInto = survivor;
}

function attach(open: readonly Open[], account: string, connection: string, notice: InterpretedNotice): Open[] {
  const living = open.filter(candidate => candidate.mergedInto === null && candidate.account === account);
  for (const alias of notice.aliases) {
    const all = living.filter(candidate => candidate.aliases.has(aliasKey(alias)));
    if (alias.kind === 'tracking' && all.length > 0) return all;
    // An order line may be returned twice, and the marketplace's return shares it: only one of the same connection will do.
    const own = all.filter(candidate => candidate.connection === connection);
    if (alias.kind !== 'tracking' && own.length === 1) return own;
  }
  return [];
}

function tell(target: OpenReturn, from: Interpretation, notice: InterpretedNotice): void {
  const { aliases, silent, events } = notice;
  const told = target.told.get(from.work.id);
  if (told === undefined) target.told.set(from.work.id, { from, notices: [{ aliases, silent, events }] });
  else target.told.set(from.work.id, { from, notices: [...told.notices, { aliases, silent, events }] });
  target.superseded.delete(from.work.id);
  for (const alias of aliases) {
    const key = aliasKey(alias);
    if (!target.aliases.get(key)?.identifies)
      target.aliases.set(key, { kind: alias.kind, value: alias.value, identifies: alias.unique });
  }
  for (const { shopper, occurredAt } of notice.shoppers) {
    target.shopper = addShopper(target.shopper, shopper, {
      inboundId: from.work.id,
      receivedAtMs: from.work.receivedAtMs,
      occurredAt,
    });
  }
  target.touched = true;
}
