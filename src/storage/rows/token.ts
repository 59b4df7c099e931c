import type { TokenRow } from '../store.ts';

export interface TokenStored {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly roles: string;
  /** JSON. */
  readonly accounts: string;
  readonly created_at_ms: number;
  readonly created_by: string;
  readonly revoked_at_ms: number | null;
}

export function toToken(row: TokenStored): TokenRow {
  return {
    id: row.id,
    name: row.name,
    roles: JSON.parse(row.roles),
    accounts: JSON.parse(row.accounts),
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    revokedAtMs: row.revoked_at_ms,
  };
}
