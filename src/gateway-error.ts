/** Every code an operator may read, with its HTTP status (`null`: never answered over HTTP) and whether trying again can help. */
export const ERROR_CODES = {
  CONFIG_INVALID: { status: null, retryable: false },
  SECRET_MISSING: { status: null, retryable: false },
  STORE_CONFLICT: { status: 409, retryable: true },
  STORE_UNAVAILABLE: { status: 503, retryable: true },
  STORE_LOCKED: { status: null, retryable: false },
  STORE_TOO_NEW: { status: null, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  SIGNATURE_REJECTED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  VALIDATION_FAILED: { status: 422, retryable: false },
  IDEMPOTENCY_MISMATCH: { status: 422, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false },
  ENCODING_REFUSED: { status: 415, retryable: false },
  CONNECTION_UNKNOWN: { status: 503, retryable: true },
  OVERLOADED: { status: 503, retryable: true },
  BUG: { status: 500, retryable: false },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** One place in a document or request that is wrong. */
export interface ErrorDetail {
  readonly pointer: string;
  readonly message: string;
}

/** The one error class: something unexpected, or nothing to choose here. The message is one static sentence; data stands in fields. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly errors: readonly ErrorDetail[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; errors?: readonly ErrorDetail[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.errors = options.errors ?? [];
  }
}
