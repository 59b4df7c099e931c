import { CliError } from './cli-error.ts';

/** What a gateway answers, or does not answer, as one sentence with the remedy. */

export function noToken(url: string): CliError {
  return new CliError(
    `RETOUR_TOKEN is not set: ${url} answers nobody without a token. Set it to the administrator's token (the first start printed it once) or to one made with "retour tokens create".`,
  );
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Start the gateway with "npm start", or set RETOUR_URL to where it runs',
  ENOTFOUND: 'there is no such host. Correct RETOUR_URL',
  EAI_AGAIN: 'its name could not be looked up. Correct RETOUR_URL, or try again',
  ECONNRESET: 'the connection was cut. Try again; if it stays, look at what stands in front of the gateway',
  UND_ERR_SOCKET: 'the connection was cut. Try again; if it stays, look at what stands in front of the gateway',
  UND_ERR_CONNECT_TIMEOUT: 'it cannot be reached. Correct RETOUR_URL, or look at the network',
  EHOSTUNREACH: 'it cannot be reached. Correct RETOUR_URL, or look at the network',
  ENETUNREACH: 'it cannot be reached. Correct RETOUR_URL, or look at the network',
};

export function noAnswer(url: string, cause: unknown): CliError {
  const code = codeOf(cause);
  const why =
    UNREACHABLE[code] ??
    (cause instanceof Error && cause.name === 'TimeoutError'
      ? 'it did not answer in time. Look at its log'
      : /CERT|SSL|TLS|SELF_SIGNED|ISSUER/.test(code)
        ? `its certificate is not trusted (${code}). Correct RETOUR_URL, or let NODE_EXTRA_CA_CERTS name your authority`
        : `the exchange failed${code === '' ? '' : ` (${code})`}. Correct RETOUR_URL if that is not where it runs`);
  return new CliError(`No gateway at ${url}: ${why}.`, { cause, passing: true });
}

/** `fetch` hides the reason in the cause, sometimes as one of several. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return codeOf(cause ?? errors?.[0]);
}

/** JSON, and not what every list of a gateway is. */
export function noList(url: string): CliError {
  return notGateway(url, 'answers with JSON that is no list');
}

export function notRetour(url: string, response: Response): CliError {
  const location = response.headers.get('location');
  const what =
    location === null ? `answers with status ${response.status} and no JSON` : `sends everybody on to ${location}`;
  // A proxy answers 502, 503 and 504 in its own words while the gateway behind it starts.
  const passing = response.status >= 502 && response.status <= 504;
  return notGateway(url, what, passing);
}

function notGateway(url: string, what: string, passing = false): CliError {
  return new CliError(
    `What listens at ${url} ${what}: that is no gateway. Set RETOUR_URL to the gateway's own address.`,
    { passing },
  );
}

interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly errors?: unknown;
  readonly requestId?: unknown;
}

/** From an answer that is not 2xx. */
export function answerTrouble(url: string, response: Response, answer: unknown): CliError {
  const { code, detail, errors, requestId } = answer as Problem;
  const sentence = typeof detail === 'string' ? detail : `It answered ${response.status}.`;
  switch (code) {
    case 'UNAUTHENTICATED':
      return new CliError(
        `${url} does not know this RETOUR_TOKEN, or it was revoked. Set the administrator's token, or one made with "retour tokens create".`,
      );
    case 'FORBIDDEN':
      return new CliError(`${sentence} Use a token that may, or let somebody make one with "retour tokens create".`);
    case 'VALIDATION_FAILED':
      return new CliError([sentence, ...detailLines(errors)].join('\n'));
    case 'STORE_UNAVAILABLE':
    case 'OVERLOADED':
    case 'STORE_CONFLICT': {
      const after = response.headers.get('retry-after');
      return new CliError(`${sentence} Try again${after === null ? ' in a moment' : ` in ${after} s`}.`, {
        passing: true,
      });
    }
    case 'BUG':
      return new CliError(
        `The gateway failed in a way it should not. Its log says more about request ${String(requestId)}.`,
        { passing: true },
      );
    default:
      return new CliError(sentence);
  }
}

/** `/query/state must be …` → `  --state: must be …`: people know their options, not the API's pointers. */
function detailLines(errors: unknown): readonly string[] {
  if (!Array.isArray(errors)) return [];
  return (errors as readonly { readonly pointer?: unknown; readonly message?: unknown }[]).map(
    ({ pointer, message }) => {
      const [, part, name] = /^\/(query|body|path)\/(.+)$/.exec(String(pointer)) ?? [];
      const shown =
        name === undefined ? String(pointer) : part === 'query' ? `--${name.replace(/[A-Z]/g, kebab)}` : name;
      return `  ${shown}: ${String(message)}`;
    },
  );
}

function kebab(letter: string): string {
  return `-${letter.toLowerCase()}`;
}
