import type { Evidence, RejectionAnswer } from './answers.ts';
import type { CapturedRequest } from './read-http-dump.ts';

/** Why a signature fails, in words somebody can act on. */

type Refused = Evidence & { readonly scheme?: string | null };

const REASONS: Readonly<Record<string, (evidence: Refused) => string>> = {
  missing: evidence => `${nameOf(evidence)} is missing. It is what this connection looks for.`,
  repeated: evidence => `${nameOf(evidence)} came more than once; none of the values is preferred.`,
  malformed: evidence =>
    `${nameOf(evidence)} does not have the form that this connection expects.${evidence.hint ? ` ${evidence.hint}` : ''}`,
  mismatch: evidence =>
    MISMATCHES[evidence.scheme ?? '']?.(nameOf(evidence)) ??
    `${nameOf(evidence)} does not fit: another secret, other bytes than the provider signed, or another way of signing.`,
  'outside-tolerance': () => 'The time that was signed is too far from the clock.',
};

/** Where the proof is no signature of the body. */
const MISMATCHES: Readonly<Record<string, (name: string) => string>> = {
  basic: name => `${name} carries another user name or password than this connection knows.`,
  bearer: name => `${name} carries another token than this connection knows.`,
  url_token: name => `${name} carries another token than this connection knows.`,
  jwt: name => `${name} carries a token that this connection's keys do not prove: another key, or it was changed.`,
};

export function explainReason(reason: string, evidence: Refused): string {
  return REASONS[reason]?.(evidence) ?? `Refused: ${reason}.`;
}

/** A password or token proves nothing of the body, so no other body would fit. */
export function provesBody(scheme: string | null | undefined): boolean {
  return scheme !== 'basic' && scheme !== 'bearer' && scheme !== 'url_token';
}

const SECRETS: Readonly<Record<string, string>> = {
  basic: 'username:password',
  bearer: 'the token',
  url_token: 'the token',
};

/** Where nothing that was tried fits. */
export function lookAtSecret(scheme: string | null | undefined): string {
  const asked = 'is it the one of this very account and endpoint, whole, and without blanks around it?';
  if (provesBody(scheme)) return `No likely change of the body makes it fit, so look at the secret first: ${asked}`;
  return `Look at the secret of the connection (${SECRETS[scheme ?? '']}): ${asked} The body plays no part in this proof.`;
}

function nameOf({ header, scheme }: Refused): string {
  if (header === null) return 'The proof';
  return scheme === 'url_token' ? `The query parameter ${header}` : `The header ${header}`;
}

/** The few facts a rejection keeps, in one line. */
export function describeEvidence({
  header,
  received,
  expected,
  skewSeconds,
}: Pick<RejectionAnswer, keyof Evidence>): string {
  const parts = [
    header === null ? '' : header,
    received === null ? 'nothing came' : `came ${received}`,
    expected.length === 0 ? '' : `expected ${expected.join(' or ')}`,
    skewSeconds === null ? '' : `sender's clock ${describeSkew(skewSeconds)}`,
  ];
  return parts.filter(part => part !== '').join(', ');
}

export function describeSkew(seconds: number): string {
  if (seconds === 0) return 'as ours';
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}

/** What can be seen in the captured request itself, before anybody tries anything. */
export function hintsOf({ headers, body }: CapturedRequest, evidence: Refused | null): readonly string[] {
  const hints: string[] = [];
  const lengths = headers.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => Number(value));
  const [declared] = lengths;
  if (declared !== undefined && declared > 0 && body.length === 0) {
    hints.push(
      `Content-Length says ${declared} bytes and no body is here: write it behind the empty line of the head (curl -v prints none).`,
    );
  } else if (declared !== undefined && declared > body.length) {
    hints.push(
      `Content-Length says ${declared} bytes and the body here has ${body.length}: the capture is not whole, so no signature can fit.`,
    );
  }
  const chunked = headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && /chunked/i.test(value));
  if (chunked && /^[0-9a-f]+\r?\n/i.test(Buffer.from(body.subarray(0, 20)).toString('latin1'))) {
    hints.push('The body still has its chunk sizes in it: signatures cover the body without them.');
  }
  const encoded = headers.find(([name, value]) => /^content-encoding$/i.test(name) && !/^identity$/i.test(value));
  if (encoded !== undefined) {
    hints.push(`The body is declared as ${encoded[1]}: give the bytes as they were sent, compressed.`);
  }
  const looked = evidence?.header?.toLowerCase();
  const alike = headers
    .map(([name]) => name)
    .filter(name => /sign|hmac|digest|authorization|token|hash/i.test(name) && name.toLowerCase() !== looked);
  if (evidence !== null && evidence.received === null && alike.length > 0) {
    const remedy =
      evidence.scheme === 'url_token'
        ? 'If the provider proves itself there, set settings.verification.scheme'
        : `If the provider ${provesBody(evidence.scheme) ? 'signs' : 'proves itself'} there, say so in settings.verification.header`;
    hints.push(`What came instead: ${alike.join(', ')}. ${remedy}.`);
  }
  return hints;
}

export interface Variant {
  /** Ends the sentence "It would fit …". */
  readonly what: string;
  readonly remedy: string;
  readonly body: Uint8Array;
}

/** Other bodies that the provider may have signed: what happens to bodies on their way, undone. */
export function variantsOf(body: Uint8Array): readonly Variant[] {
  const passedOn = 'Something between the provider and here changed the bytes: pass the body on untouched.';
  const captured = 'The capture added it; the request itself may have been right.';
  const reserialised = `${passedOn} A framework that parses JSON and writes it again is the usual cause.`;
  const text = Buffer.from(body).toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(Buffer.from(body));
  const candidates: readonly (readonly [what: string, remedy: string, text: string])[] = isText
    ? [
        ['without the line end at its end', captured, text.replace(/(\r?\n)+$/, '')],
        ['with a line end at its end', passedOn, `${text}\n`],
        ['with CR LF line ends', passedOn, text.replace(/\r?\n/g, '\r\n')],
        ['with LF line ends', passedOn, text.replaceAll('\r\n', '\n')],
        ['without its byte order mark', passedOn, text.replace(/^\ufeff/, '')],
        ...reserialisedFrom(text).map(([what, variant]) => [what, reserialised, variant] as const),
        [
          'if it were empty',
          'The provider signs something else than the body: look at settings.verification.signs.',
          '',
        ],
      ]
    : [];
  const seen = new Set([text]);
  return candidates.flatMap(([what, remedy, variant]) => {
    if (seen.has(variant)) return [];
    seen.add(variant);
    return [{ what, remedy, body: Buffer.from(variant, 'utf8') }];
  });
}

/** The same JSON as common writers put it down. */
function reserialisedFrom(text: string): readonly (readonly [what: string, variant: string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const compact = JSON.stringify(value);
  const spaced = JSON.stringify(value, null, 1).replace(/\n */g, ' ');
  return [
    ['as JSON without blanks', compact],
    ['as JSON indented by two', JSON.stringify(value, null, 2)],
    ['as JSON indented by four', JSON.stringify(value, null, 4)],
    ['as JSON with a blank after each comma and colon', spaced.replace(/([[{]) /g, '$1').replace(/ ([\]}])/g, '$1')],
    ['as JSON with escaped slashes', compact.replaceAll('/', '\\/')],
    ['as JSON with everything but ASCII escaped', compact.replace(/[\u0080-\uffff]/g, escaped)],
  ];
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
