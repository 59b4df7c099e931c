import { type CliCommand, JSON_OPTION } from './cli-command.ts';

/** Plays a provider against a running gateway: signed with the connection's own secret, sent to its own address. */
export const trigger: CliCommand = {
  name: 'trigger',
  description:
    "Send a fixture, a story or thousands of returns to a running gateway, signed with the connection's secret",
  arguments: [
    { name: '[adapter]', help: 'whose webhooks: a folder of fixtures/; may be left out with --returns' },
    {
      name: '[name]',
      help: 'a story of fixtures/<adapter>/stories, or a case of its webhooks (webhooks/<name> where both have the name); with --returns a story, or none for all',
    },
  ],
  options: [
    { flags: '--account <id>', help: 'the account; may be left out where only one is connected' },
    { flags: '--connection <name>', help: 'its connection; likewise' },
    {
      flags: '--set <path=value>',
      help: 'change a value in the body before it is signed: items.0.sku=TEE-L; may be repeated',
      many: true,
    },
    { flags: '--times <n>', help: 'send a fixture so often (the same request), or tell a story so often (default 1)' },
    { flags: '--exact', help: 'send a story with the ids of its files, not with fresh ones' },
    { flags: '--returns <n>', help: 'tell so many distinct returns, with fresh ids and times, the stories in turn' },
    {
      flags: '--chaos <kinds>',
      help: 'with --returns, what goes wrong on the way: duplicate,reorder,drift,bad-signature',
    },
    { flags: '--seed <n>', help: 'with --returns: the same number tells the same returns (default another each time)' },
    { flags: '--demo', help: 'send to the demo, with its accounts, secrets and token (.data/demo/)' },
    JSON_OPTION,
  ],
  more: [
    'Reads the configuration (RETOUR_CONFIG) for the secrets, and sends to RETOUR_URL. With RETOUR_TOKEN it also says',
    'what became of each webhook. Exit 2: an answer was not as it should be.',
    '',
    '  retour trigger happy-returns happy-path',
    '  retour trigger happy-returns started-return-bar --account acme --set retailerID=acme --times 2',
    '  retour trigger --returns 500 --chaos duplicate,reorder,drift,bad-signature --seed 7',
  ].join('\n'),
  async run(call, deps) {
    if (call.options.returns === undefined) {
      const { sendFixtures } = await import('./send-fixtures.ts');
      return await sendFixtures(call, deps);
    }
    const { sendReturns } = await import('./send-returns.ts');
    return await sendReturns(call, deps);
  },
};
