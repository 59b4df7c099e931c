import { type CliCommand, JSON_OPTION } from './cli-command.ts';

/** Plays a provider against a running gateway: signed with the connection's own secret, sent to its own address. */
export const trigger: CliCommand = {
  name: 'trigger',
  description: "Send a fixture or a whole story to a running gateway, signed with the connection's own secret",
  arguments: [
    { name: '<adapter>', help: 'whose webhooks: a folder of fixtures/' },
    {
      name: '<name>',
      help: 'a story of fixtures/<adapter>/stories, or a case of its webhooks (webhooks/<name> where both have the name)',
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
    { flags: '--demo', help: 'send to the demo, with its accounts, secrets and token (.data/demo/)' },
    JSON_OPTION,
  ],
  more: [
    'Reads the configuration (RETOUR_CONFIG) for the secrets, and sends to RETOUR_URL. With RETOUR_TOKEN it also says',
    'what became of each webhook. Exit 2: an answer was not as it should be.',
    '',
    '  retour trigger happy-returns happy-path',
    '  retour trigger happy-returns started-return-bar --account acme --set retailerID=acme --times 2',
  ].join('\n'),
  async run(call, deps) {
    const { sendFixtures } = await import('./send-fixtures.ts');
    return await sendFixtures(call, deps);
  },
};
