/**
 * A value of JSON whose texts hold U+FFFD for U+0000. PostgreSQL's texts cannot hold that one, and an id that comes back
 * from the store as another text than it went in finds its own return no more. JSON knows it as an escape alone.
 */
export function withoutNul<Value>(value: Value): Value {
  const json = JSON.stringify(value);
  return json?.includes('\\u0000') ? JSON.parse(json.replace(NUL, '$1\\ufffd')) : value;
}

/** Whether anything that is read from a request can hold U+0000: nearly none has its escape, and looking for that is quick. */
export function mayHoldNul({ body, query }: { readonly body: Uint8Array; readonly query: string }): boolean {
  return query.includes('%00') || Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('\\u0000');
}

/** The escape, not what follows a backslash that is itself escaped. */
const NUL = /(?<!\\)((?:\\\\)*)\\u0000/g;
