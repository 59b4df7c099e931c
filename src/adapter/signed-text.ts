/** The template of `signs`: which parts of a request a keyed digest covers, and in which order. */

export const SIGNED_PARTS = ['body', 'timestamp', 'id', 'method', 'path'] as const;
export type SignedPart = (typeof SIGNED_PARTS)[number];

/** One stretch of the signed text: a part of the request, or text taken literally. */
export type Piece =
  | { readonly part: SignedPart; readonly text?: never }
  | { readonly text: string; readonly part?: never };

export type Template =
  | { readonly ok: true; readonly pieces: readonly Piece[] }
  | { readonly ok: false; readonly reason: string };

/** Reads `body`, or a template such as `{timestamp}.{body}`. A reason says what no request could ever satisfy. */
export function readTemplate(signs: string): Template {
  if (signs === 'body') return { ok: true, pieces: [{ part: 'body' }] };
  const pieces: Piece[] = [];
  for (const token of signs.split(/(\{[^{}]*\})/)) {
    if (token === '') continue;
    const name = /^\{(.*)\}$/.exec(token)?.[1];
    const part = SIGNED_PARTS.find(known => known === name);
    if (part !== undefined) pieces.push({ part });
    else if (/[{}]/.test(token)) {
      return { ok: false, reason: `knows {${SIGNED_PARTS.join('} {')}} and no other braces` };
    } else pieces.push({ text: token });
  }
  if (!pieces.some(piece => piece.part !== undefined)) {
    return { ok: false, reason: 'names no part of the request, so that one signature would fit every request' };
  }
  return { ok: true, pieces };
}

export function covers(pieces: readonly Piece[], part: SignedPart): boolean {
  return pieces.some(piece => piece.part === part);
}
