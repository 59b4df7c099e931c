import { Secret } from '../adapter/secret.ts';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { withAddedFields } from './added-fields.ts';
import { loadPlots, type Said, sayPlot } from './say-plot.ts';
import { type Chance, seededChance } from './seeded-chance.ts';
import type { Story } from './stories.ts';

/**
 * Any number of distinct returns, made from the adapters' stories with fresh ids and times. Nothing but the seed decides
 * what they are: it gives the same bytes each time, but for what signing takes from the clock.
 */

export const CHAOS = ['duplicate', 'reorder', 'drift', 'bad-signature'] as const;
/**
 * What goes wrong on the way, and changes nothing: a request comes again; requests come in another order; the provider
 * adds fields without telling; somebody without the secret sends the same beside the good one.
 */
export type Chaos = (typeof CHAOS)[number];

export interface GeneratorOptions {
  readonly seed: number;
  readonly returns: number;
  /** Take turns; each tells the stories of its adapter in turn. One without stories tells nothing. */
  readonly connections: readonly ConnectionConfig[];
  /** Default none. */
  readonly chaos?: readonly Chaos[];
  /** Which stories are told. Default all. */
  readonly only?: (story: Story) => boolean;
  /** The clock that requests are signed at. */
  readonly now: () => number;
}

export interface GeneratedReturn {
  readonly connection: ConnectionConfig;
  readonly story: Story;
  readonly arrivals: readonly Arrival[];
}

export interface Arrival {
  /** The case of `fixtures/<adapter>/webhooks/`. */
  readonly name: string;
  /** Where it stands in the story without chaos, from 0: a place of its own, but for what is the same and for forgeries. */
  readonly place: number;
  /** `again`: the very same request as one before it. `answer`: what the provider says when it is asked; never sent. */
  readonly as: 'webhook' | 'again' | 'forgery' | 'answer';
  /** Signed, but for an answer. */
  readonly request: InboundRequest;
}

/** How many of what it can befall each kind befalls: of requests, or of returns where it is about their order. */
const SHARE: Readonly<Record<Chaos, number>> = { duplicate: 0.25, reorder: 0.5, drift: 0.25, 'bad-signature': 0.1 };

export async function* generateReturns(options: GeneratorOptions): AsyncGenerator<GeneratedReturn, void, void> {
  const { only = () => true, seed, returns, chaos = [], now } = options;
  const turns = options.connections
    .map(connection => ({ connection, plots: loadPlots(connection.adapter.id).filter(({ story }) => only(story)) }))
    .filter(({ connection: { adapter }, plots }) => adapter.webhook !== undefined && plots.length > 0);
  if (turns.length === 0) return;
  const chance = seededChance(seed);
  const foreign = secretOf(chance.fork());
  const taken = new Set<string>();
  for (let nth = 0; nth < returns; nth += 1) {
    const { connection, plots } = turns[nth % turns.length]!;
    const plot = plots[Math.floor(nth / turns.length) % plots.length]!;
    // Each draws from a chance of its own, so that the returns are the same with chaos and without.
    const said = sayPlot(plot, connection, chance.fork(), taken);
    const mess = chance.fork();
    const befalls = (kind: Chaos) => chaos.includes(kind) && mess.happens(SHARE[kind]);
    yield { connection, story: plot.story, arrivals: await arrive(said, { connection, foreign, now, mess, befalls }) };
  }
}

interface Way {
  readonly connection: ConnectionConfig;
  readonly foreign: Secret;
  readonly now: () => number;
  readonly mess: Chance;
  readonly befalls: (kind: Chaos) => boolean;
}

async function arrive(said: readonly Said[], way: Way): Promise<readonly Arrival[]> {
  const { befalls, mess } = way;
  const arrivals: Arrival[] = [];
  // What is told twice is the same request twice: it has the added fields both times or never.
  const drifting = new Map(said.map(({ name }) => [name, befalls('drift')]));
  for (const [place, { name, as, request, times, freeForm }] of said.entries()) {
    // The case's name, because written anew two bodies may be alike that differ in their layout only.
    const grown = drifting.get(name) ? withAddedFields(request.body, freeForm, name) : null;
    const sent = grown === null ? request : { ...request, body: grown };
    const signed = as === 'answer' ? sent : await sign(sent, as === 'forgery', way);
    for (let time = 0; time < times; time += 1) arrivals.push({ name, place, as, request: signed });
    if (as !== 'webhook' || !befalls('bad-signature')) continue;
    const forged = await sign(sent, true, way);
    if (!isSame(forged, signed)) arrivals.push({ name, place, as: 'forgery', request: forged });
  }
  for (const arrival of arrivals.filter(({ as }) => as === 'webhook')) {
    if (!befalls('duplicate')) continue;
    const behind = arrivals.indexOf(arrival) + 1;
    arrivals.splice(behind + mess.below(arrivals.length - behind + 1), 0, arrival);
  }
  return knownAgain(befalls('reorder') ? mess.shuffled(arrivals) : arrivals, way.connection);
}

/** A connection that proves nobody has nothing to forge. */
function isSame(one: InboundRequest, other: InboundRequest): boolean {
  const proof = ({ headers, query }: InboundRequest) => JSON.stringify([headers, query.toString()]);
  return proof(one) === proof(other);
}

/** Of the same request only the first is news, and has the first place: the same by the provider's id and byte for byte. */
function knownAgain(arrivals: readonly Arrival[], { adapter, settings }: ConnectionConfig): readonly Arrival[] {
  const sameOf = ({ request }: Arrival): string => {
    const { key } = adapter.webhook!.dedupeKey(request, settings);
    return JSON.stringify([key, Buffer.from(request.body).toString('latin1')]);
  };
  const places = new Map<string, number>();
  for (const arrival of arrivals) {
    if (arrival.as !== 'webhook') continue;
    const same = sameOf(arrival);
    places.set(same, Math.min(places.get(same) ?? arrival.place, arrival.place));
  }
  const known = new Set<string>();
  return arrivals.map(arrival => {
    if (arrival.as !== 'webhook') return arrival;
    const same = sameOf(arrival);
    const as = known.has(same) ? 'again' : 'webhook';
    known.add(same);
    return { ...arrival, as, place: places.get(same)! };
  });
}

/** As the provider would; or as somebody who knows everything but the secret. */
async function sign(
  request: InboundRequest,
  forged: boolean,
  { connection, foreign, now }: Way,
): Promise<InboundRequest> {
  const { adapter, settings, secrets } = connection;
  const known = secrets as { readonly webhook: readonly Secret[] };
  const used = forged ? { ...known, webhook: [foreign] } : known;
  return await adapter.webhook!.sign(request, { settings, secrets: used }, new Date(now()));
}

/** Of the form that Standard Webhooks asks for; any other way of signing takes it as a plain text. */
function secretOf(chance: Chance): Secret {
  const bytes = Uint8Array.from({ length: 32 }, () => chance.below(256));
  return new Secret(`whsec_${Buffer.from(bytes).toString('base64')}`);
}
