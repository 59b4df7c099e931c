import { type Alias, aliasKey, normalizeTracking } from '../model/aliases.ts';
import type { NewId } from '../model/ids.ts';
import type {
  AttachingAlias,
  DerivedNotice,
  ReturnAlias,
  ReturnLookup,
  ShopperFields,
  StoredReturn,
} from '../storage/store.ts';
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
  /** Aliases of the notices that attach, or would, and which stored returns had them. */
  readonly attachesBy: readonly AttachingAlias[];
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
  const open = createOpenReturns(stored.map(openStored));
  const holders = holdersIn(stored);
  const rows = interpretations.map(interpretation => {
    const { work } = interpretation;
    for (const candidate of open.all) {
      if (candidate.told.delete(work.id)) {
        candidate.superseded.add(work.id);
        candidate.shopper = withoutInbound(candidate.shopper, work.id);
        candidate.touched = true;
      }
    }
    const attachesBy: AttachingAlias[] = [];
    const targets = interpretation.notices.map(notice => {
      if (notice.events.length === 0) return [];
      if (identifies(notice)) {
        const target = identify(open, interpretation, notice, deps);
        tell(open, target, interpretation, notice, null);
        return [target];
      }
      for (const { kind, value } of notice.aliases) {
        attachesBy.push({ kind, value, seen: holders(work.account, { kind, value }) });
      }
      const found = attach(open, work.account, work.connection, notice);
      for (const { target, via } of found) tell(open, target, interpretation, notice, via);
      return found.map(each => each.target);
    });
    return { interpretation, targets, attachesBy };
  });
  // A return that a later notice merged away is replaced by its survivor wherever it was a target.
  const survivor = new Map<OpenReturn, OpenReturn>();
  for (const candidate of open.all) if (candidate.mergedInto !== null) survivor.set(candidate, candidate.mergedInto);
  const last = (target: OpenReturn): OpenReturn => {
    const next = survivor.get(target);
    return next === undefined ? target : last(next);
  };
  return {
    rows: rows.map(row => ({ ...row, targets: row.targets.map(targets => [...new Set(targets.map(last))]) })),
    returns: open.all.filter(candidate => candidate.mergedInto === null && candidate.touched),
  };
}

/** The stored returns of an account that have an alias, by id. */
function holdersIn(
  stored: readonly StoredReturn[],
): (account: string, alias: Pick<Alias, 'kind' | 'value'>) => readonly string[] {
  const byAlias = new Map<string, string[]>();
  for (const { id, account, aliases } of stored) {
    for (const alias of aliases) {
      const key = `${account} ${aliasKey(alias)}`;
      const known = byAlias.get(key);
      if (known === undefined) byAlias.set(key, [id]);
      else known.push(id);
    }
  }
  return (account, alias) => byAlias.get(`${account} ${aliasKey(alias)}`) ?? [];
}

interface Open extends OpenReturn {
  mergedInto: OpenReturn | null;
}

/**
 * The returns at hand, found by alias and not by looking at each: a webhook of one megabyte may name thousands, and
 * thousands times thousands is half a minute in which nobody is answered.
 */
interface OpenReturns {
  /** In the order they were opened. */
  readonly all: readonly Open[];
  add(opened: Open): void;
  /** From now on the return has these aliases, too. */
  gain(opened: Open, aliases: Iterable<ReturnAlias>): void;
  /** Living returns of the account that have one of the aliases, in the order they were opened. */
  having(account: string, aliases: readonly Pick<Alias, 'kind' | 'value'>[]): readonly Open[];
}

function createOpenReturns(stored: readonly Open[]): OpenReturns {
  const all: Open[] = [];
  const places = new Map<Open, number>();
  const byAlias = new Map<string, Set<Open>>();
  const indexKey = (account: string, alias: Pick<Alias, 'kind' | 'value'>) => `${account} ${aliasKey(alias)}`;

  function gain(opened: Open, aliases: Iterable<ReturnAlias>): void {
    for (const alias of aliases) {
      opened.aliases.set(aliasKey(alias), alias);
      const key = indexKey(opened.account, alias);
      const known = byAlias.get(key);
      if (known === undefined) byAlias.set(key, new Set([opened]));
      else known.add(opened);
    }
  }

  function add(opened: Open): void {
    places.set(opened, all.length);
    all.push(opened);
    gain(opened, opened.aliases.values());
  }

  for (const each of stored) add(each);
  return {
    all,
    add,
    gain,
    having(account, aliases) {
      const found = new Set(aliases.flatMap(alias => [...(byAlias.get(indexKey(account, alias)) ?? [])]));
      return [...found]
        .filter(candidate => candidate.mergedInto === null)
        .sort((a, b) => places.get(a)! - places.get(b)!);
    },
  };
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
  open: OpenReturns,
  { work, provider }: Interpretation,
  notice: InterpretedNotice,
  deps: { readonly newId: NewId; readonly nowMs: number },
): Open {
  const identifying = notice.aliases.filter(alias => alias.unique);
  const matches = open
    .having(work.account, identifying)
    .filter(candidate => candidate.connection === work.connection)
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
    open.add(target);
  }
  for (const younger of matches.slice(1)) absorb(open, target, younger);
  return target;
}

/** The younger's tellings keep their rows and anchors, so that its facts keep their event ids. */
function absorb(open: OpenReturns, survivor: Open, younger: Open): void {
  open.gain(survivor, younger.aliases.values());
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

/** Whether a notice names its return by an id of its own; else it only attaches to one that has its number. */
export function identifies({ aliases }: Pick<DerivedNotice, 'aliases'>): boolean {
  return aliases.some(alias => alias.unique);
}

/** The tracking numbers that a notice states, written one way. */
export function trackingNumbersOf({ aliases, events }: DerivedNotice): readonly string[] {
  const stated = aliases.filter(alias => alias.kind === 'tracking').map(alias => alias.value);
  for (const { event } of events) {
    if ('shipment' in event.change && event.change.shipment.trackingNumber) {
      stated.push(normalizeTracking(event.change.shipment.trackingNumber));
    }
  }
  return stated;
}

interface Attached {
  readonly target: Open;
  /** The identifying alias through which the return has the number; it stands in the fact's key from now on. */
  readonly via: string;
}

function attach(open: OpenReturns, account: string, connection: string, notice: InterpretedNotice): Attached[] {
  for (const alias of notice.aliases) {
    const all = open.having(account, [alias]);
    if (alias.kind === 'tracking' && all.length > 0) return all.map(target => ({ target, via: viaOf(target, alias) }));
    // An order line may be returned twice, and the marketplace's return shares it: only one of the same connection will do.
    const own = all.filter(candidate => candidate.connection === connection);
    if (alias.kind !== 'tracking' && own.length === 1)
      return own.map(target => ({ target, via: viaOf(target, alias) }));
  }
  return [];
}

/** The lowest of those that state the number, whatever the order they were recorded in. */
function viaOf(target: OpenReturn, alias: Alias): string {
  let lowest: string | null = null;
  for (const { notices } of target.told.values()) {
    for (const notice of notices) {
      const own = notice.aliases.find(each => each.unique);
      if (own === undefined) continue;
      const states =
        alias.kind === 'tracking'
          ? trackingNumbersOf(notice).includes(alias.value)
          : notice.aliases.some(each => aliasKey(each) === aliasKey(alias));
      if (states && (lowest === null || aliasKey(own) < lowest)) lowest = aliasKey(own);
    }
  }
  return lowest ?? '';
}

function tell(
  open: OpenReturns,
  target: Open,
  from: Interpretation,
  notice: InterpretedNotice,
  via: string | null,
): void {
  const { aliases, silent, events } = notice;
  const derived: DerivedNotice = { aliases, via, silent, events };
  const told = target.told.get(from.work.id);
  target.told.set(from.work.id, { from, notices: told === undefined ? [derived] : [...told.notices, derived] });
  target.superseded.delete(from.work.id);
  // What attaches brings no alias: else the number it came by would stay after the return has lost it.
  for (const alias of identifies(notice) ? aliases : []) {
    if (!target.aliases.get(aliasKey(alias))?.identifies)
      open.gain(target, [{ kind: alias.kind, value: alias.value, identifies: alias.unique }]);
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
