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
  const match = /^(.+)@(.+)\.([^.@\s]+)$/u.exec(email.trim());
  return match === null ? DOTS : `${first(match[1]!)}${DOTS}@${first(match[2]!)}${DOTS}.${match[3]}`;
}

/** The first character as people count them, not half of one. */
function first(text: string): string {
  return [...text.trim()][0] ?? '';
}
