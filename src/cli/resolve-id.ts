import type { DeliveryAnswer, FindingAnswer, InboundSummary, ReturnAnswer, TokenAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { CliError } from './cli-error.ts';

/** A few characters of an id are enough: its beginning, or (what tells two ids of one hour apart) its end. */

interface Identified {
  readonly id: string;
}

export interface IdKind<Row extends Identified> {
  readonly prefix: string;
  /** "return", "kept request". */
  readonly what: string;
  readonly path: string;
  /** The command that lists them. */
  readonly listedBy: string;
  /** What tells a person which one it is. */
  describe(row: Row): string;
}

export const RETURN_ID: IdKind<ReturnAnswer> = {
  prefix: 'ret',
  what: 'return',
  path: '/v1/returns',
  listedBy: 'returns list',
  describe: row => `${row.status}, ${row.account}, ${row.rmaNumber ?? row.order?.number ?? row.providerReturnId ?? ''}`,
};

export const INBOUND_ID: IdKind<InboundSummary> = {
  prefix: 'inb',
  what: 'kept request',
  path: '/v1/inbound',
  listedBy: 'inbound list',
  describe: row => `${row.state}, ${row.account}/${row.connection}, ${row.receivedAt}`,
};

export const DELIVERY_ID: IdKind<DeliveryAnswer> = {
  prefix: 'dlv',
  what: 'delivery',
  path: '/v1/deliveries',
  listedBy: 'deliveries list',
  describe: row => `${row.state}, ${row.type} to ${row.account}/${row.destination}`,
};

export const FINDING_ID: IdKind<FindingAnswer> = {
  prefix: 'fnd',
  what: 'finding',
  path: '/v1/findings',
  listedBy: 'findings list',
  describe: row => `${row.kind}, ${row.account}/${row.connection}, ${row.subject}`,
};

export const TOKEN_ID: IdKind<TokenAnswer> = {
  prefix: 'tok',
  what: 'token',
  path: '/v1/tokens',
  listedBy: 'tokens list',
  describe: row => `${row.name}${row.revokedAt === null ? '' : ', revoked'}`,
};

/** Older ones must be named in full. */
const SEARCHED = 1000;
const SHOWN = 10;

/** The whole id. Throws where nothing fits, or more than one does. */
export async function resolveId<Row extends Identified>(
  api: ApiClient,
  kind: IdKind<Row>,
  given: string,
): Promise<string> {
  const id = await searchId(api, kind, given);
  if (id === null) throw noneFits(kind, given);
  return id;
}

/** `null`: nothing fits. */
async function searchId<Row extends Identified>(
  api: ApiClient,
  kind: IdKind<Row>,
  given: string,
): Promise<string | null> {
  const wanted = given.trim().toLowerCase();
  const prefix = /^(ret|inb|rej|dlv|att|rev|tok|evt|itm|shp|stl|fnd)_/.exec(wanted)?.[1];
  if (prefix !== undefined && prefix !== kind.prefix) {
    throw new CliError(
      `${given} is no ${kind.what}: their ids begin with ${kind.prefix}_ (see "retour ${kind.listedBy}").`,
    );
  }
  if (/^[a-z]{3}_[0-9a-z]{26}$/.test(wanted)) return wanted;
  if (!/^[0-9a-z_]+$/.test(wanted)) return null;

  const { data } = await api.list<Row>(kind.path, {}, SEARCHED);
  const found = data.filter(({ id }) => fits(id, wanted));
  if (found.length > 1)
    throw ambiguous(
      given,
      found.map(row => [row.id, kind.describe(row)] as const),
    );
  return found[0]?.id ?? null;
}

function fits(id: string, wanted: string): boolean {
  return id.startsWith(wanted) || id.slice(4).startsWith(wanted) || id.endsWith(wanted);
}

function noneFits(kind: Pick<IdKind<never>, 'what' | 'listedBy'>, given: string): CliError {
  return new CliError(
    `No ${kind.what} fits "${given}": no id among the newest ${SEARCHED.toLocaleString('en')} begins or ends so. Give the whole id, or look with "retour ${kind.listedBy}".`,
  );
}

/** Lists what could be meant. */
export function ambiguous(given: string, candidates: readonly (readonly [name: string, about: string])[]): CliError {
  const shown = candidates.slice(0, SHOWN).map(([name, about]) => `  ${name}  ${about}`);
  const rest = candidates.length - shown.length;
  return new CliError(
    [`"${given}" could be any of ${candidates.length}:`, ...shown, ...(rest > 0 ? [`  … and ${rest} more`] : [])].join(
      '\n',
    ),
  );
}

/** Beside its id, a return may be named by what is printed for the shopper: RMA number, order number or tracking number. */
export async function resolveReturn(api: ApiClient, given: string): Promise<string> {
  const id = await searchId(api, RETURN_ID, given);
  if (id !== null) return id;
  for (const key of ['rma', 'order', 'tracking']) {
    const { data } = await api.list<ReturnAnswer>(RETURN_ID.path, { [key]: given }, SHOWN);
    if (data.length > 1)
      throw ambiguous(
        given,
        data.map(row => [row.id, RETURN_ID.describe(row)] as const),
      );
    if (data.length === 1) return data[0]!.id;
  }
  throw noneFits(RETURN_ID, given);
}
