import type { Trust } from '../../model/fact.ts';
import type { Shopper } from '../../model/return-event.ts';
import type { Derivation, LedgerFact, ReturnAlias, ReturnRow, ShopperFields, StoredReturn } from '../store.ts';
import { longPosition } from './fact-position.ts';

/** Rows of returns, and what hangs on them, as every driver reads them. JSON comes as text, a flag as 0, 1 or a boolean. */

export type Flag = number | boolean;

export interface ReturnStored {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly version: number;
  readonly sequence: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  /** JSON. */
  readonly merged_from: string | null;
  /** JSON. */
  readonly state: string;
  /** The shopper's, as JSON. */
  readonly fields: string | null;
}

export interface AliasStored {
  readonly kind: string;
  readonly value: string;
  readonly identifies: Flag;
}

/** With what its inbound row says. */
export interface DerivationStored {
  readonly id: string;
  readonly connection: string;
  readonly provider: string;
  readonly received_at_ms: number;
  readonly trust: string;
  readonly secret_index: number | null;
  readonly config_revision: string | null;
  readonly adapter_version: number;
  /** JSON. */
  readonly notices: string;
}

export interface FactStored {
  readonly event_id: string;
  readonly type: string;
  readonly revision: number;
  readonly withdrawn: Flag;
  readonly announced: Flag;
  readonly content_digest: string;
  readonly position: string;
}

export type Related = StoredReturn['related'];

export interface ReturnParts {
  readonly aliases: readonly AliasStored[];
  readonly derivations: readonly DerivationStored[];
  readonly facts: readonly FactStored[];
  readonly related: Related;
}

export function toStoredReturn(row: ReturnStored, { aliases, derivations, facts, related }: ReturnParts): StoredReturn {
  return {
    id: row.id,
    account: row.account,
    connection: row.connection,
    provider: row.provider,
    version: row.version,
    sequence: row.sequence,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    mergedFrom: mergedFromOf(row),
    state: JSON.parse(row.state),
    shopper: row.fields === null ? {} : JSON.parse(row.fields),
    aliases: aliases.map(({ kind, value, identifies }): ReturnAlias => ({ kind, value, identifies: !!identifies })),
    derivations: derivations.map(toDerivation),
    facts: facts.map(toLedgerFact),
    related,
  };
}

export function toReturnRow(row: ReturnStored, related: Related): ReturnRow {
  return {
    id: row.id,
    account: row.account,
    connection: row.connection,
    provider: row.provider,
    sequence: row.sequence,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    mergedFrom: mergedFromOf(row),
    state: JSON.parse(row.state),
    shopper: shopperOf(row.fields),
    related,
  };
}

export function mergedFromOf(row: Pick<ReturnStored, 'merged_from'>): readonly string[] {
  return row.merged_from === null ? [] : JSON.parse(row.merged_from);
}

/** Without the instants that stated each field. */
export function shopperOf(fields: string | null): Shopper | null {
  if (fields === null) return null;
  const stated: ShopperFields = JSON.parse(fields);
  return Object.fromEntries(Object.entries(stated).map(([name, field]) => [name, field.value]));
}

function toDerivation(row: DerivationStored): Derivation {
  return {
    inboundId: row.id,
    connection: row.connection,
    receivedAtMs: row.received_at_ms,
    adapterId: row.provider,
    adapterVersion: row.adapter_version,
    trust: row.trust as Trust,
    secretIndex: row.secret_index,
    configRevision: row.config_revision,
    notices: JSON.parse(row.notices),
  };
}

function toLedgerFact(row: FactStored): LedgerFact {
  return {
    eventId: row.event_id,
    type: row.type,
    revision: row.revision,
    contentDigest: row.content_digest,
    withdrawn: !!row.withdrawn,
    announced: !!row.announced,
    position: longPosition(row.position, row.event_id),
  };
}
