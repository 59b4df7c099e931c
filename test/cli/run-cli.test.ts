import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runWith } from './open-cli.ts';

const PATHS = COMMANDS.flatMap(entry =>
  'commands' in entry ? entry.commands.map(({ name }) => [entry.name, name]) : [[entry.name]],
);

describe('the command line', () => {
  it('lists every command and what the exit codes mean', async () => {
    const { code, out } = await runWith(['--help'], {});

    expect(code).toBe(0);
    for (const { name, description } of COMMANDS) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      expect(description).toMatch(/^[A-Z].*[^.]$/);
    }
    expect(out).toContain('Exit codes: 0 done, 1 error, 2 findings');
  });

  it.each(PATHS)('%s %s explains itself', async (...path) => {
    const { code, out, err } = await runWith([...path.filter(part => part !== undefined), '--help'], {});

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: retour ${path.filter(Boolean).join(' ')}`));
  });

  it('offers JSON wherever something is shown', () => {
    const without = COMMANDS.flatMap(entry => ('commands' in entry ? entry.commands : [entry]))
      .filter(({ options }) => !options.some(({ flags }) => flags === '--json'))
      .map(({ name }) => name);

    // These start something, tell a story, write files, or are JSON anyway.
    expect(without).toEqual(['serve', 'demo', 'new-adapter', 'openapi']);
  });

  it.each([
    [['retruns'], "unknown command 'retruns'\n(Did you mean returns?)\n"],
    [['inbound', 'reply', 'x'], "unknown command 'reply'\n(Did you mean replay?)\n"],
    [['doctor', '--ful'], "unknown option '--ful'\n(Did you mean --full?)\n(see: retour doctor --help)\n"],
    [['backup'], "missing required argument 'file'\n(see: retour backup --help)\n"],
    [
      ['backup', 'a', 'b'],
      "too many arguments for 'backup'. Expected 1 argument but got 2: a, b.\n(see: retour backup --help)\n",
    ],
  ])('answers %j with the nearest', async (argv, said) => {
    expect(await runWith(argv, {})).toEqual({ code: 1, out: '', err: said });
  });

  it('shows a stack only for what must not happen', async () => {
    const bug = await runWith(['check-config'], { env: { RETOUR_CONFIG: '/nowhere' }, out: () => raise() });
    const mistake = await runWith(['check-config'], { env: { RETOUR_CONFIG: '/nowhere' } });

    expect(mistake.code).toBe(1);
    expect(mistake.err).toContain('the configuration folder does not exist');
    expect(mistake.err).not.toContain('    at ');
    expect(bug.code).toBe(1);
  });
});

function raise(): never {
  throw new TypeError('out of order');
}
