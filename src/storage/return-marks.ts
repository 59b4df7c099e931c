import type { ReturnFilter } from './store.ts';

/** What a return is searched by: a number it carries, or its shopper's e-mail. */
export interface ReturnMark {
  readonly kind: 'order' | 'rma' | 'tracking' | 'email';
  readonly value: string;
}

/** More returns than this behind one mark, and it says little: then the list is walked by time instead. */
export const FEW_RETURNS = 1000;

/** Those that few returns share come first. `tracking` comes normalized. */
export function marksOf({ order, rma, tracking, email }: ReturnFilter): readonly ReturnMark[] {
  const marks: ReturnMark[] = [];
  if (tracking !== undefined) marks.push({ kind: 'tracking', value: tracking });
  if (email !== undefined) marks.push({ kind: 'email', value: email.toLowerCase() });
  if (order !== undefined) marks.push({ kind: 'order', value: order });
  if (rma !== undefined) marks.push({ kind: 'rma', value: rma });
  return marks;
}
