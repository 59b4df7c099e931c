import { GatewayError } from '../../gateway-error.ts';

/** What PostgreSQL and the way to it can say, with the remedy; `{place}` is host, port and database, never a password. */
const CAUSES: readonly { readonly is: (code: string, message: string) => boolean; readonly says: string }[] = [
  {
    is: code => code === 'ENOTFOUND' || code === 'EAI_AGAIN',
    says: 'The host of {place} is not known: check RETOUR_DATABASE_URL.',
  },
  {
    is: code => code === 'ECONNREFUSED',
    says: 'Nothing listens at {place}: start PostgreSQL there, or check RETOUR_DATABASE_URL.',
  },
  { is: code => code === '28P01', says: 'PostgreSQL at {place} refuses the password: check RETOUR_DATABASE_URL.' },
  {
    is: (code, message) =>
      (code === '28000' && /no encryption/.test(message)) || /(requires|require) (TLS|SSL)/i.test(message),
    says: 'PostgreSQL at {place} wants TLS: add ?sslmode=require to RETOUR_DATABASE_URL.',
  },
  {
    is: (_, message) => /does not support SSL/i.test(message),
    says: 'PostgreSQL at {place} speaks no TLS: take sslmode out of RETOUR_DATABASE_URL, or switch its ssl on.',
  },
  {
    is: code => /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS)/.test(code),
    says: 'The certificate of {place} is not trusted: name its authority with sslrootcert in RETOUR_DATABASE_URL.',
  },
  {
    is: code => code === '28000',
    says: 'PostgreSQL at {place} refuses this user or address: its pg_hba.conf must allow both.',
  },
  {
    is: code => code === '3D000',
    says: 'There is no such database at {place}: create it, or check RETOUR_DATABASE_URL.',
  },
  {
    is: code => code === '53300',
    says: 'PostgreSQL at {place} has no connection left: raise max_connections, or run fewer processes.',
  },
  {
    is: (_, message) => /timeout exceeded when trying to connect/.test(message),
    says: 'No connection to {place} came free in time: the database is slow or out of reach, or all of them are in use.',
  },
  {
    is: (_, message) => /unsupported startup parameter/.test(message),
    says: 'The pooler at {place} refuses start parameters: set ignore_startup_parameters = options in it.',
  },
  {
    is: code => code === '25006',
    says: '{place} is a read-only replica: point RETOUR_DATABASE_URL at the primary.',
  },
  {
    is: code => code === '42501',
    says: 'The user at {place} may not do this: it must own the tables, or be allowed to create them.',
  },
  { is: code => code === '53100', says: 'The disk of PostgreSQL at {place} is full: nothing more can be kept.' },
  { is: code => code === '57014', says: 'A statement at {place} took longer than its time limit and was stopped.' },
  { is: code => code === '55P03', says: 'A lock at {place} was not given in time.' },
  { is: code => code === '57P03', says: 'PostgreSQL at {place} is starting or stopping.' },
  { is: code => code === '42P01', says: 'The tables at {place} are missing: run `retour migrate`.' },
];

/** Worth another try of the whole transaction: somebody else was in the way. */
const AGAIN = ['40001', '40P01'];
/** What was written cannot be: a mistake of ours, not the database's state. */
const OURS = /^(22|23|42)/;

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

export function isWorthAnotherTry(cause: unknown): boolean {
  return AGAIN.includes(codeOf(cause));
}

/** What pg throws, as the one error class. What is one already, and what is a mistake of ours, passes through. */
export function storeError(cause: unknown, place: string): unknown {
  if (cause instanceof GatewayError || !(cause instanceof Error)) return cause;
  const code = codeOf(cause);
  const message = messageOf(cause);
  const known = CAUSES.find(each => each.is(code, message));
  if (known !== undefined) {
    return new GatewayError('STORE_UNAVAILABLE', known.says.replaceAll('{place}', place), { cause });
  }
  if (OURS.test(code)) return new GatewayError('BUG', 'A write broke a rule of the store.', { cause });
  if (code !== '' || /Connection terminated|Query read timeout|Client was closed|Cannot use a pool/.test(message)) {
    return new GatewayError('STORE_UNAVAILABLE', `The connection to ${place} was lost or could not be made.`, {
      cause,
    });
  }
  return cause;
}

/** Several addresses were tried: each has its own message. */
function messageOf(cause: Error): string {
  return cause instanceof AggregateError ? cause.errors.map(String).join(' ') : cause.message;
}
