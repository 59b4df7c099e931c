/** What nearly every delivery of an event is called; only another name is stored. */
export function ownWebhookId(eventId: string, revision: number): string {
  return revision === 1 ? eventId : `${eventId}_r${revision}`;
}
