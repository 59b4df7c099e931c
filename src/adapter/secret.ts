import { inspect } from 'node:util';
import { z } from 'zod';

/** A resolved secret. It prints as `[secret]` wherever it is logged, serialised or inspected; only `reveal()` gives the text. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    if (text === '') throw new TypeError('A secret must not be empty.');
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

/** A secret in an adapter's `secrets` schema; configuration hands over resolved references, never text. */
export const SecretValue = z.instanceof(Secret);

/** `secrets.webhook`, the same in every adapter: several while a secret rotates, none only where the scheme needs none (`checkSecrets`). */
export const WebhookSecrets = z.array(SecretValue);
