import type { ErasureAnswer } from './answers.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import { type CliCall, type CliCommand, type CliGroup, JSON_OPTION } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { flag, textOption } from './options.ts';
import { writeJson } from './output.ts';
import { resolveReturn } from './resolve-id.ts';
import { findsSomething, showErasure } from './show-erasure.ts';

const create: CliCommand = {
  name: 'create',
  description: "Erase a shopper's data for good; without --yes only show what would go",
  options: [
    { flags: '--account <id>', help: 'the account whose data is searched' },
    { flags: '--email <address>', help: 'every return whose shopper has this address' },
    {
      flags: '--return <return>',
      help: 'this return instead; anything but its whole id needs the role viewer, too',
    },
    { flags: '--dry-run', help: 'only show what would go' },
    { flags: '--yes', help: 'do it: this cannot be undone' },
    JSON_OPTION,
  ],
  more: 'What goes and what stays: docs/retention.md.\nExit 2: there is something to erase, and it was not erased (--dry-run, or --yes is missing).',
  async run(call, deps) {
    const { options } = call;
    const erases = flag(options, 'yes');
    if (erases && flag(options, 'dryRun')) throw new CliError('Say --dry-run or --yes, not both.');
    checkSubject(call);
    const api = connectApi(deps);
    const answer = await api.post<ErasureAnswer>(
      '/v1/erasures',
      { dryRun: erases ? undefined : 'true' },
      await subjectOf(call, api),
    );
    if (options.json === true) writeJson(deps, answer);
    else deps.out(showErasure(answer, deps));
    if (erases || !findsSomething(answer)) return 0;
    if (!flag(options, 'dryRun')) {
      deps.err('Nothing was erased, and what is erased cannot be had back. To erase it, say the same with --yes.\n');
    }
    return 2;
  },
};

function checkSubject({ options }: CliCall): void {
  const { account, email, return: ofReturn } = options;
  if (account === undefined || (email === undefined) === (ofReturn === undefined)) {
    throw new CliError('Say whose data: --account <id>, and either --email <address> or --return <return>.');
  }
}

async function subjectOf({ options }: CliCall, api: ApiClient): Promise<object> {
  const account = textOption(options, 'account');
  const ofReturn = textOption(options, 'return');
  if (ofReturn === undefined) return { account, email: textOption(options, 'email') };
  return { account, returnId: await resolveReturn(api, ofReturn) };
}

export const erasures: CliGroup = {
  name: 'erasures',
  description: "Erase a shopper's data (a token with the role security_admin)",
  options: [],
  commands: [create],
};
