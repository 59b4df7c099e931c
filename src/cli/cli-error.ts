/** What a person at the keyboard reads when something expected goes wrong: what it is and what to do about it. Never a stack. */
export class CliError extends Error {
  /** Whether it may be over in a moment: the gateway is starting, or busy. */
  readonly passing: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly passing?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.passing = options.passing ?? false;
  }
}
