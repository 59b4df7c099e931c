import type { ErrorCode } from '../gateway-error.ts';

/** What an operator reads about each code: what happened, and what to do now. */
export interface ProblemText {
  readonly title: string;
  readonly cause: string;
  readonly remedy: readonly string[];
}

export const PROBLEM_TEXTS: Readonly<Record<ErrorCode, ProblemText>> = {
  CONFIG_INVALID: {
    title: 'The configuration is not valid',
    cause:
      'A file of the configuration folder, or a setting of the process, holds something the gateway does not understand. It did not start, so nothing was taken in and nothing was sent.',
    remedy: [
      'Read the message: it names the file, the line and the key, and the nearest spelling that is known.',
      'Mend the file and start again. Providers that were refused meanwhile send again by their own schedule.',
    ],
  },
  SECRET_MISSING: {
    title: 'A secret is missing',
    cause:
      'The configuration refers to a secret by the name of an environment variable or a file, and there is none, or it is empty. The gateway has no default secrets and does not start without one.',
    remedy: [
      'Set the variable, or write the file, that the message names, in the environment of the gateway itself.',
      'Where the connection or destination is no longer wanted, take it out of its account file instead.',
    ],
  },
  STORE_CONFLICT: {
    title: 'Somebody else changed the same thing',
    cause:
      'What the request was about to change was changed in between by another request or worker. Nothing of this request was written.',
    remedy: [
      'Send the request again; with the same Idempotency-Key where you use one.',
      'If it keeps happening, read the object again first and see what changes it.',
    ],
  },
  STORE_UNAVAILABLE: {
    title: 'The store cannot be reached',
    cause:
      'The database did not answer, or could not commit (it is stopped, its disk is full, or it is being moved). A webhook answered with this code was not kept; its sender is asked to send it again.',
    remedy: [
      'Look at /readyz and at the log line of this requestId: they say which operation failed.',
      'Check the free space of the disk and that the database of RETOUR_DATABASE_URL runs.',
      'Nothing needs to be repaired afterwards: whatever was acknowledged is kept, and providers repeat the rest.',
    ],
  },
  STORE_LOCKED: {
    title: 'Another gateway uses this database file',
    cause:
      'An SQLite database belongs to one running gateway at a time, and another process holds it. This one stopped before it read or wrote anything.',
    remedy: [
      'Stop the other process, or give this one a database of its own with RETOUR_DATABASE_URL.',
      'One database file serves one gateway; several over one database are not supported yet.',
    ],
  },
  STORE_TOO_NEW: {
    title: 'The database was written by a newer release',
    cause:
      'The database has a later schema than this release knows. Writing to it could lose what the newer release kept, so this one stopped.',
    remedy: [
      'Start the release that last wrote the database, or a later one.',
      'To go back to an older release, restore the backup made before the upgrade.',
    ],
  },
  UNAUTHENTICATED: {
    title: 'No valid token',
    cause: 'The request carries no bearer token, or one that the gateway does not know or that was revoked.',
    remedy: [
      'Send the header "Authorization: Bearer <token>".',
      'A token is shown once, when it is made. If it is lost, let somebody with the role security_admin make a new one (POST /v1/tokens) and revoke the old.',
      'The first token was printed at the first start, or is the value of RETOUR_ADMIN_TOKEN.',
    ],
  },
  SIGNATURE_REJECTED: {
    title: 'The sender is not proven',
    cause:
      'The proof that this connection asks for (a signature, a password or a token) is missing from the webhook, or does not fit the bytes that arrived. The webhook was not kept. Which of the two it was is recorded under the rejectionId and not told to the sender.',
    remedy: [
      'Look the rejectionId up with GET /v1/rejections: it says what was looked for, what came and what would have been right (as prefixes of digests), and how far the clocks differ.',
      'Most often the secret of the connection is not the one the provider signs with: compare both. While a secret is being replaced, list both under secrets.webhook.',
      'If a proxy stands in front of the gateway, check that it passes body and headers on unchanged.',
      'POST /v1/verifications checks a captured request again without keeping it.',
    ],
  },
  FORBIDDEN: {
    title: 'The token may not do this',
    cause:
      'The token is valid, but it lacks the role that this operation needs, or would give away accounts that it does not reach itself.',
    remedy: [
      'Use a token with the role that the answer names; GET /v1/tokens lists roles for a security_admin.',
      'Roles and accounts of a token do not change: make a new one and revoke the old.',
    ],
  },
  NOT_FOUND: {
    title: 'Not there',
    cause:
      'Nothing with this id or at this path exists for this token. What belongs to an account outside the scope of the token is answered the same way.',
    remedy: [
      'Check the id and its prefix (ret_, inb_, dlv_, …), and the path against /docs.',
      'Check the accounts of the token with which you asked.',
    ],
  },
  METHOD_NOT_ALLOWED: {
    title: 'The path takes another method',
    cause: 'The path exists, but not for this HTTP method. A webhook is always a POST.',
    remedy: ['Use a method of the Allow header of the answer.'],
  },
  VALIDATION_FAILED: {
    title: 'The request is not valid',
    cause: 'A parameter or a field of the request is unknown, missing or has a value it cannot have. Nothing was done.',
    remedy: [
      'Each entry of errors names the place as a JSON Pointer (/query/limit, /body/roles/0) and what is wrong with it.',
      'A cursor belongs to the filters and the token it was made with: to change a filter, start again without a cursor.',
      'Every parameter and field is described in /docs.',
    ],
  },
  IDEMPOTENCY_MISMATCH: {
    title: 'The Idempotency-Key was used for another request',
    cause:
      'Within the last 24 hours the same token used this key on this route with another body, path or query. Nothing was done.',
    remedy: ['Use a new key for a new request. A key is only for repeating one and the same request.'],
  },
  CONFLICT: {
    title: 'The present state forbids it',
    cause:
      'What was asked for does not fit the state the object is in, or a request with the same Idempotency-Key is still running.',
    remedy: [
      'Read the object and decide again.',
      'Where the answer says that the key is still running, wait a second and send the same request again.',
    ],
  },
  PAYLOAD_TOO_LARGE: {
    title: 'The body is too large',
    cause:
      'The body, as sent or after decompression, is larger than the gateway takes (intake.maxBodyBytes, 1 MiB unless configured otherwise). Nothing of it was kept.',
    remedy: [
      'If the provider really sends webhooks of that size, raise intake.maxBodyBytes in retour.yaml and restart; then have the provider send again.',
      'Otherwise look at who sends: a well-behaved provider batches fewer notices into one request.',
    ],
  },
  ENCODING_REFUSED: {
    title: 'The content encoding is not taken',
    cause:
      'The body is compressed in a way that the adapter of this connection does not name as documented by its provider, or it is not what its Content-Encoding says. Nothing was kept.',
    remedy: [
      'Have the sender send without Content-Encoding (identity); the answer names other encodings in Accept-Encoding where there are any.',
      'Check that no proxy compresses requests on the way.',
    ],
  },
  CONNECTION_UNKNOWN: {
    title: 'No such connection yet',
    cause:
      'No account has a connection of this name that takes webhooks. A person may still be setting it up, so the sender is asked to try again later rather than told to stop.',
    remedy: [
      'Compare the URL at the provider with webhookUrl of GET /v1/connections: both parts are the names in the account file, in lower case.',
      'If the account file is new, restart the gateway: changed files act at start.',
      'If the connection was removed on purpose, remove the webhook at the provider too.',
    ],
  },
  OVERLOADED: {
    title: 'Too much at once',
    cause:
      'More webhooks are waiting than the gateway holds in memory (intake.maxQueuedBytes) and this one was the slowest to arrive, more unproven ones came than a connection may send in a minute (intake.hintsPerMinute), or the gateway is starting or stopping. This one was not kept.',
    remedy: [
      'Nothing, if it passes: senders repeat after Retry-After.',
      'If it lasts, look at /readyz and at retour_backlog_inbound of /metrics: a slow disk is the usual reason.',
      'A connection without verification (scheme none) is limited on purpose; configure a proof.',
    ],
  },
  BUG: {
    title: 'Something in the gateway is broken',
    cause:
      'The gateway met a state it was built never to meet. The answer holds nothing of it on purpose; the log does.',
    remedy: [
      'Find the log line "http.bug" with the requestId of the answer: it names the place in the code.',
      'Report it with that line. A webhook answered with this code was not acknowledged, so its sender repeats it.',
    ],
  },
};
