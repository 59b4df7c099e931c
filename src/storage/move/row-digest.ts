import { createHash } from 'node:crypto';

/**
 * The sum of the rows' SHA-256, whatever their order: two stores give back their rows in different orders, and sorting
 * a hundred million of them to compare would cost more than the copy.
 */
export interface RowDigest {
  readonly rows: number;
  add(row: readonly unknown[]): void;
  /** Hex. */
  value(): string;
}

const WORDS = 8;

export function createRowDigest(): RowDigest {
  const sum = new Uint32Array(WORDS);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add(row) {
      rows += 1;
      const digest = createHash('sha256').update(JSON.stringify(row)).digest();
      for (let word = 0; word < WORDS; word += 1) sum[word] = sum[word]! + digest.readUInt32BE(word * 4);
    },
    value: () => [...sum].map(word => word.toString(16).padStart(8, '0')).join(''),
  };
}

/** One digest of several tables. */
export function digestOf(
  tables: readonly { readonly table: string; readonly rows: number; readonly digest: string }[],
): string {
  const parts = tables.map(({ table, rows, digest }) => [table, rows, digest]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
