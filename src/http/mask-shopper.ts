import type { Shopper } from '../model/return-event.ts';

const DOTS = '•••';

/** A shopper as shown below the role `on_call`: enough to recognise on the phone, too little to write to. */
export function maskShopper(shopper: Shopper): Shopper {
  const masked: Shopper = { ...shopper };
  if (typeof shopper.email === 'string') masked.email = maskEmail(shopper.email);
  if (typeof shopper.name === 'string') masked.name = `${first(shopper.name)}${DOTS}`;
  if (typeof shopper.phone === 'string') masked.phone = DOTS;
  if (typeof shopper.address === 'string') masked.address = DOTS;
  return masked;
}

/** `jo@example.com` → `j•••@e•••.com`. What does not look like an address is hidden whole. */
export function maskEmail(email: string): string {
  const text = email.trim();
  // By index, not by a pattern: patterns for addresses take seconds for texts that are made to be slow.
  const dot = text.lastIndexOf('.');
  const at = text.lastIndexOf('@', dot - 2);
  const top = text.slice(dot + 1);
  if (dot < 0 || at < 1 || top === '' || /[@\s]/.test(top) || /[\r\n\u2028\u2029]/.test(text)) return DOTS;
  return `${first(text.slice(0, at))}${DOTS}@${first(text.slice(at + 1, dot))}${DOTS}.${top}`;
}

/** The first character as people count them, not half of one. */
function first(text: string): string {
  return [...text.trim()][0] ?? '';
}
