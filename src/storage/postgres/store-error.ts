import { GatewayError } from '../../gateway-error.ts';

const SILENCE = /Query read timeout/;

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
  {
    is: (code, message) => /^E(NOENT|ACCES|ISDIR)$/.test(code) && /, open '/.test(message),
    says: 'A certificate or key that RETOUR_DATABASE_URL names for {place} cannot be read: check its sslrootcert, sslcert and sslkey.',
  },
  {
    is: code => /^E(HOSTUNREACH|NETUNREACH|TIMEDOUT|NOENT|ACCES)$/.test(code),
    says: '{place} cannot be reached: check RETOUR_DATABASE_URL, and the network between.',
  },
  {
    is: (code, message) => code === '28P01' || /password must be a|SASL authentication failed/.test(message),
    says: 'PostgreSQL at {place} refuses the password, or was given none: check RETOUR_DATABASE_URL.',
  },
  {
    is: (code, message) =>
      (code === '28000' && /no encryption/.test(message)) || /(requires|require) (TLS|SSL)|SSL required/i.test(message),
    says: 'PostgreSQL at {place} wants TLS: add ?sslmode=verify-full to RETOUR_DATABASE_URL.',
  },
  {
    is: (_, message) => /does not support SSL/i.test(message),
    says: 'PostgreSQL at {place} speaks no TLS: take sslmode out of RETOUR_DATABASE_URL, or switch its ssl on.',
  },
  {
    is: code => code === 'ERR_TLS_CERT_ALTNAME_INVALID',
    says: 'The certificate of {place} is for another name: write the host into RETOUR_DATABASE_URL as its certificate has it.',
  },
  {
    is: code => code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID',
    says: 'The certificate of {place} is not valid today: renew it there, or set the clock of this machine.',
  },
  {
    is: code => /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS)/.test(code),
    says: 'The certificate of {place} is not trusted: name its authority with sslmode=verify-full&sslrootcert=FILE in RETOUR_DATABASE_URL.',
  },
  {
    is: (code, message) => code.startsWith('ERR_SSL') || /error establishing an SSL connection/.test(message),
    says: 'TLS with {place} could not be agreed on: what listens there speaks another kind, or is no PostgreSQL.',
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
    is: (code, message) => code === '53300' || /max_client_conn|query_wait_timeout/.test(message),
    says: 'PostgreSQL at {place} has no connection left: raise max_connections (or the limit of its pooler, database or user), or run fewer processes.',
  },
  {
    is: (_, message) => /timeout exceeded when trying to connect|connection timeout/.test(message),
    says: 'No connection to {place} came about in time: the database is slow or out of reach, or all of them are in use.',
  },
  {
    is: (_, message) => /unsupported startup parameter/.test(message),
    says: 'The pooler at {place} refuses start parameters: set ignore_startup_parameters = options in it.',
  },
  {
    is: code => code === '25006',
    says: '{place} can only be read: it is a replica, or default_transaction_read_only is on. Point RETOUR_DATABASE_URL at the primary.',
  },
  {
    is: code => code === '42501',
    says: 'The user at {place} may not do this: it must own the tables, or be allowed to create them.',
  },
  { is: code => code === '53100', says: 'The disk of PostgreSQL at {place} is full: nothing more can be kept.' },
  {
    is: (code, message) => code === '53200' && /shared memory/.test(message),
    says: 'PostgreSQL at {place} has no lock left: raise max_locks_per_transaction.',
  },
  { is: code => code === '53200', says: 'PostgreSQL at {place} is out of memory.' },
  { is: code => code === '57014', says: 'A statement at {place} took longer than its time limit and was stopped.' },
  { is: (_, message) => SILENCE.test(message), says: '{place} has stopped answering.' },
  { is: code => code === '55P03', says: 'A lock at {place} was not given in time.' },
  { is: code => /^57P0/.test(code), says: 'PostgreSQL at {place} is starting or stopping.' },
  { is: code => code === '42P01', says: 'The tables at {place} are missing: run `retour migrate`.' },
  { is: code => code === '3F000', says: 'The search_path at {place} names no schema that is there.' },
  {
    is: code => /^(40001|40P01)$/.test(code),
    says: 'Other transactions at {place} were in the way of this one each time.',
  },
  {
    is: code => /^(58|XX|F0)/.test(code),
    says: 'PostgreSQL at {place} has trouble of its own ({code}): its log says more.',
  },
];

/** Worth another try of the whole transaction: somebody else was in the way. */
const AGAIN = ['40001', '40P01'];
/** What was written cannot be: a mistake of ours, not the database's state. */
const OURS = /^(22|23|42|54)/;

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

export function isWorthAnotherTry(cause: unknown): boolean {
  return AGAIN.includes(codeOf(cause));
}

/** What the server refuses to one transaction and may well do for another: time-outs, memory, being in the way each time. */
const OF_ONE_TRANSACTION = ['55P03', '57014', '53200', ...AGAIN];

/** The server is there, and this transaction alone is what it cannot do now. */
export function isOfOneTransaction(cause: unknown): boolean {
  return OF_ONE_TRANSACTION.includes(codeOf(cause));
}

/** A newer process has changed a table that a prepared statement reads. Not by the words, which the server may translate. */
export function isOutdatedPlan(cause: unknown): boolean {
  return codeOf(cause) === '0A000' && (cause as { readonly routine?: string }).routine === 'RevalidateCachedQuery';
}

/** What a connection had prepared is not there, was there already, or is of no use any more. */
export function isOfPreparing(cause: unknown): boolean {
  return ['26000', '42P05'].includes(codeOf(cause)) || isOutdatedPlan(cause);
}

/** The server has said nothing at all for too long. */
export function isSilence(cause: unknown): boolean {
  return cause instanceof Error && SILENCE.test(cause.message);
}

/** What pg throws, as the one error class. What is one already, and what is a mistake of ours, passes through. */
export function storeError(cause: unknown, place: string): unknown {
  if (cause instanceof GatewayError || !(cause instanceof Error)) return cause;
  const code = codeOf(cause);
  const message = messageOf(cause);
  const known = CAUSES.find(each => each.is(code, message));
  if (known !== undefined) {
    return new GatewayError('STORE_UNAVAILABLE', known.says.replaceAll('{place}', place).replace('{code}', code), {
      cause,
    });
  }
  if (OURS.test(code)) return new GatewayError('BUG', 'A write broke a rule of the store.', { cause });
  if (SQLSTATE.test(code)) {
    return new GatewayError('STORE_UNAVAILABLE', `PostgreSQL at ${place} could not do what was asked (${code}).`, {
      cause,
    });
  }
  if (LOST_CODE.test(code) || LOST.test(message)) {
    return new GatewayError(
      'STORE_UNAVAILABLE',
      `The connection to ${place} was lost or could not be made: see whether PostgreSQL runs and listens there.`,
      { cause },
    );
  }
  return cause;
}

const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;
const LOST_CODE = /^(E[A-Z]+|ERR_(SOCKET|STREAM)_\w+)$/;
const LOST = /Connection terminated|Client was closed|Client has encountered a connection error|Cannot use a pool/;

/** Several addresses were tried: each has its own message. */
function messageOf(cause: Error): string {
  return cause instanceof AggregateError ? cause.errors.map(String).join(' ') : cause.message;
}
