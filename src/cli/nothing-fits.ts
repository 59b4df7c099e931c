import type { AccountAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import type { CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { printable } from './display-text.ts';
import { MOST_CONFIGURED, textOption } from './options.ts';
import { writeLine } from './output.ts';

/** What a list without a row says: mostly its own sentence, and where --account names nobody, that. */
export async function tellNothing(
  deps: CliDeps,
  api: ApiClient,
  options: Readonly<Record<string, unknown>>,
  sentence: string,
): Promise<0> {
  const account = textOption(options, 'account');
  if (account === undefined || (await mayBeThere(api, account))) return writeLine(deps, sentence);
  return writeLine(
    deps,
    printable(
      `No account "${account}": it is not configured, or this token does not reach it. Look with "retour accounts list".`,
    ),
  );
}

async function mayBeThere(api: ApiClient, account: string): Promise<boolean> {
  try {
    const { data } = await api.list<AccountAnswer>('/v1/accounts', {}, MOST_CONFIGURED);
    return data.some(({ id }) => id === account);
  } catch (error) {
    // A token that may see refusals need not see accounts.
    if (error instanceof CliError) return true;
    throw error;
  }
}
