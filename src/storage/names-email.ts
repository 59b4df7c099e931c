/**
 * Whether bytes that nobody could read name an e-mail address; the same rule in every driver. In any letter case, as it
 * is or escaped as JSON and forms do; as a whole, so that `jo@example.com` is not found in `mojo@example.com`.
 */
export function namesEmail(email: string): (body: Uint8Array) => boolean {
  const letters = [...latin1(Buffer.from(email.trim()))].map(letter => {
    if (/[a-z0-9]/.test(letter)) return letter;
    const hex = letter.charCodeAt(0).toString(16).padStart(2, '0');
    return `(?:\\x${hex}|%${hex}|\\\\u00${hex})`;
  });
  // A letter before it is part of another address, unless it ends an escape: \n or %3c, but not the %2b of an encoded plus.
  const before = '(?<![a-z0-9._+-](?<!\\\\[nrtbf])(?<!(?:%|\\\\u00)(?!2[bde]|5f)[0-9a-f]{2}))';
  const after = '(?![a-z0-9-]|\\.[a-z0-9])';
  const pattern = new RegExp(`${before}${letters.join('')}${after}`);
  return body => pattern.test(latin1(body));
}

/** A character per byte, so that bytes that are no text are searched, too. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').toLowerCase();
}
