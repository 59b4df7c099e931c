import { GatewayError } from '../../gateway-error.ts';

/** What SQLite throws, as the one error class. What is one already, and what is a mistake of ours, passes through. */
export function storeError(cause: unknown): unknown {
  if (cause instanceof GatewayError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // A log's shared memory, too, is a file that must grow.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new GatewayError('STORE_UNAVAILABLE', 'The disk is full: nothing more can be kept.', { cause });
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new GatewayError('STORE_UNAVAILABLE', 'The store’s file cannot be written.', { cause });
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return new GatewayError('STORE_UNAVAILABLE', 'The file is not a readable store.', { cause });
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return new GatewayError('BUG', 'A write broke a rule of the store.', { cause });
  }
  if (code.startsWith('SQLITE_')) {
    return new GatewayError('STORE_UNAVAILABLE', 'The store could not complete the operation.', { cause });
  }
  if (cause instanceof TypeError && /connection is not open/.test(cause.message)) {
    return new GatewayError('STORE_UNAVAILABLE', 'The store is closed.', { cause });
  }
  return cause;
}

/** A body as an operation of the port. */
export function operation<Arguments extends unknown[], Result>(
  body: (...values: Arguments) => Result | Promise<Result>,
): (...values: Arguments) => Promise<Result> {
  return async (...values) => {
    try {
      return await body(...values);
    } catch (cause) {
      throw storeError(cause);
    }
  };
}
