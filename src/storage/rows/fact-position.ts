/** A fold position usually ends with the event's id, which stands beside it: a trailing `*` stands for it. */
export function shortPosition(position: string, eventId: string): string {
  return position.endsWith(` ${eventId}`) ? `${position.slice(0, -eventId.length)}*` : position;
}

export function longPosition(stored: string, eventId: string): string {
  return stored.endsWith(' *') ? `${stored.slice(0, -1)}${eventId}` : stored;
}
