import type { Arrival, LedgerDestination } from './ledger-destination.ts';
import type { GatewayLedger, Json } from './read-api.ts';
import type { Senders, Sent } from './senders.ts';
import { PORTAL } from './stories.ts';

/** The two ledgers outside against what the gateway says it has: one sentence for everything that does not agree. */

export interface Comparison {
  readonly findings: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Which events each destination asked for, by the path it is posted to. */
export type Filters = Readonly<
  Record<string, { readonly account: string; readonly name: string; readonly wants: RegExp }>
>;

export function compareLedgers(
  { inbound, events, returns, deliveries }: GatewayLedger,
  { ledger, forgeries }: Pick<Senders, 'ledger' | 'forgeries'>,
  { arrivals, forged }: Pick<LedgerDestination, 'arrivals' | 'forged'>,
  filters: Filters,
): Comparison {
  const findings = [
    ...compareInbound(ledger, inbound),
    ...compareFacts(ledger, events),
    ...compareSequences(events, returns),
    ...compareDeliveries(events, deliveries, filters),
    ...compareArrivals(arrivals, deliveries, filters),
    ...compareOrder(arrivals),
    ...forged.map(what => `a message arrived that no secret signed: ${what}`),
    ...(forgeries.believed > 0 ? [`${forgeries.believed} forged webhooks were not refused`] : []),
  ];
  const acknowledged = ledger.filter(sent => sent.acknowledged.length > 0);
  return {
    findings,
    counts: {
      messages: ledger.length,
      acknowledged: acknowledged.length,
      'acknowledged more than once': acknowledged.filter(sent => sent.acknowledged.length > 1).length,
      'acknowledged as a duplicate of a kept one whose answer was lost': acknowledged.filter(
        sent => sent.acknowledged[0]!.duplicate,
      ).length,
      'sent more than once because no answer came': ledger.filter(sent => sent.tries > sent.acknowledged.length + 1)
        .length,
      'given up by their sender': ledger.length - acknowledged.length,
      'forgeries refused': forgeries.sent - forgeries.believed,
      'inbound rows': inbound.length,
      events: events.length,
      revisions: events.filter(event => event.revision > 1).length,
      returns: returns.length,
      'returns that proved to be one': events.filter(event => event.type === 'return.merged').length / 2,
      deliveries: deliveries.length,
      arrivals: arrivals.length,
      'arrivals of a message that was there': arrivals.length - new Set(arrivals.map(identityOf)).size,
    },
  };
}

function compareInbound(ledger: readonly Sent[], rows: readonly Json[]): readonly string[] {
  const findings: string[] = [];
  const byId = new Map(rows.map(row => [row.id, row]));
  const named = new Map<string, Sent>();
  for (const sent of ledger) {
    const what = describe(sent);
    findings.push(...sent.refused.map(answer => `${what} was refused: ${answer}`));
    const ids = new Set(sent.acknowledged.map(({ inboundId }) => inboundId));
    if (ids.size > 1) findings.push(`${what} was acknowledged under ${ids.size} ids`);
    if (sent.acknowledged.slice(1).some(({ duplicate }) => !duplicate)) findings.push(`${what} was kept as new twice`);
    for (const id of ids) {
      const row = byId.get(id);
      if (named.has(id)) findings.push(`${what} was acknowledged with the row of ${describe(named.get(id)!)}`);
      named.set(id, sent);
      if (row === undefined) findings.push(`${what} was acknowledged as ${id} and is not there`);
      else if (row.bodyDigest !== sent.bodyDigest) findings.push(`${id} holds other bytes than ${what}`);
      else if (row.state !== sent.message.state)
        findings.push(`${id} of ${what} is ${row.state}, not ${sent.message.state}`);
    }
  }
  const unanswered = ledger.filter(sent => sent.acknowledged.length === 0).map(sent => sent.bodyDigest);
  for (const row of rows) {
    if (row.state === 'received') findings.push(`${row.id} was never read`);
    if (named.has(row.id)) continue;
    const place = unanswered.indexOf(row.bodyDigest);
    if (place < 0) findings.push(`${row.id} holds what nobody sent, or what is there already`);
    else unanswered.splice(place, 1);
  }
  return findings;
}

/** Every fact of an acknowledged message once, however often it was told; of one that was given up once or not at all. */
function compareFacts(ledger: readonly Sent[], events: readonly Json[]): readonly string[] {
  const findings: string[] = [];
  const owed = new Map<string, Set<string>>();
  const possible = new Map<string, Set<string>>();
  const note = (into: Map<string, Set<string>>, key: string, fact: string) => {
    into.set(key, (into.get(key) ?? new Set()).add(fact));
  };
  for (const { message, acknowledged } of ledger) {
    for (const fact of message.facts) {
      const key = `${message.account} ${message.returnKey} ${fact.split(' ')[0]}`;
      note(possible, key, fact);
      if (acknowledged.length > 0) note(owed, key, fact);
    }
  }
  const seen = new Set<string>();
  const recorded = new Map<string, Set<string>>();
  for (const event of events) {
    const once = `${event.eventId} ${event.revision}`;
    if (seen.has(once)) findings.push(`${once} is recorded twice`);
    seen.add(once);
    if (event.type === 'return.merged') continue;
    if (event.withdrawn) findings.push(`${once} was withdrawn, and nobody took anything back`);
    if (event.revision > 1 && event.account === PORTAL.account) findings.push(`${once} corrects what was never wrong`);
    note(recorded, `${event.account} ${event.return.providerReturnId} ${event.type}`, event.eventId);
  }
  for (const key of new Set([...possible.keys(), ...recorded.keys()])) {
    const found = recorded.get(key)?.size ?? 0;
    const [least, most] = [owed.get(key)?.size ?? 0, possible.get(key)?.size ?? 0];
    if (found < least || found > most) findings.push(`${key}: ${found} facts, where ${least} to ${most} were told`);
  }
  return findings;
}

function compareSequences(events: readonly Json[], returns: readonly Json[]): readonly string[] {
  const given = new Map<string, number[]>();
  for (const event of events) given.set(event.returnId, [...(given.get(event.returnId) ?? []), event.sequence]);
  return returns.flatMap(({ id, sequence }) => {
    const sequences = (given.get(id) ?? []).toSorted((a, b) => a - b);
    const gapless = sequences.every((value, index) => value === index + 1);
    return gapless && sequences.length === sequence
      ? []
      : [`${id} is at ${sequence} and its events have ${sequences.join(',')}`];
  });
}

/** One delivery for every event and destination that wants it, and each of them delivered. */
function compareDeliveries(events: readonly Json[], deliveries: readonly Json[], filters: Filters): readonly string[] {
  const made = new Set(deliveries.map(row => `${row.account} ${row.destination} ${row.webhookId}`));
  const findings = deliveries
    .filter(row => row.state !== 'delivered')
    .map(row => `${row.id} to ${row.destination} is ${row.state} after ${row.tries} tries`);
  if (made.size < deliveries.length) findings.push(`${deliveries.length - made.size} deliveries are there twice`);
  const wanted = new Set<string>();
  for (const { account, eventId, revision, type } of events) {
    const webhookId = revision === 1 ? eventId : `${eventId}_r${revision}`;
    for (const { account: of, name, wants } of Object.values(filters)) {
      if (of === account && wants.test(type)) wanted.add(`${account} ${name} ${webhookId}`);
    }
  }
  for (const delivery of wanted) if (!made.has(delivery)) findings.push(`nothing was made to be sent for ${delivery}`);
  for (const delivery of made) if (!wanted.has(delivery)) findings.push(`nobody asked for ${delivery}`);
  return findings;
}

function compareArrivals(
  arrivals: readonly Arrival[],
  deliveries: readonly Json[],
  filters: Filters,
): readonly string[] {
  const findings: string[] = [];
  const first = new Map<string, Arrival>();
  const taken = new Set<string>();
  for (const arrival of arrivals) {
    const identity = identityOf(arrival);
    const earlier = first.get(identity) ?? arrival;
    first.set(identity, earlier);
    if (earlier.digest !== arrival.digest) findings.push(`${identity} came again with another content`);
    if (arrival.taken) taken.add(identity);
  }
  const paths = new Map(Object.entries(filters).map(([path, { account, name }]) => [`${account} ${name}`, path]));
  const sent = new Map(
    deliveries.map(row => [`${paths.get(`${row.account} ${row.destination}`)} ${row.webhookId}`, row]),
  );
  for (const [identity, row] of sent) {
    const arrival = first.get(identity);
    if (arrival === undefined || !taken.has(identity)) findings.push(`${identity} never arrived`);
    else if (arrival.sequence !== row.sequence || arrival.returnId !== row.returnId)
      findings.push(
        `${identity} arrived as ${arrival.returnId}/${arrival.sequence}, not ${row.returnId}/${row.sequence}`,
      );
  }
  for (const identity of first.keys())
    if (!sent.has(identity)) findings.push(`${identity} arrived and is not recorded`);
  return findings;
}

/** Per destination and return the sequences rise; what comes again has the id it had. */
function compareOrder(arrivals: readonly Arrival[]): readonly string[] {
  const findings: string[] = [];
  const highest = new Map<string, number>();
  const seen = new Set<string>();
  for (const arrival of arrivals) {
    const identity = identityOf(arrival);
    if (seen.has(identity)) continue;
    seen.add(identity);
    const line = `${arrival.destination} ${arrival.returnId}`;
    const before = highest.get(line) ?? 0;
    if (arrival.sequence <= before) findings.push(`${line}: ${arrival.sequence} came after ${before}`);
    highest.set(line, Math.max(before, arrival.sequence));
  }
  return findings;
}

/** A message for one destination, however often it comes. */
export function identityOf({ destination, webhookId }: Pick<Arrival, 'destination' | 'webhookId'>): string {
  return `${destination} ${webhookId}`;
}

function describe({ message }: Sent): string {
  return `${message.account} ${message.returnKey} ${message.webhookId ?? message.facts.join('+')}`;
}
