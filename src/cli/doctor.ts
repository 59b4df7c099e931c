import { type CliCommand, JSON_OPTION } from './cli-command.ts';
import { paint, printable } from './display-text.ts';
import type { Check } from './doctor-check.ts';
import { writeJson } from './output.ts';
import { plural, stateColour } from './words.ts';

/** Looks at everything a start needs, and changes nothing. */
export const doctor: CliCommand = {
  name: 'doctor',
  description: 'Look at everything a start needs: settings, secrets, store, disk, port, clock, file modes',
  options: [{ flags: '--full', help: 'check every page of an SQLite store, however large it is' }, JSON_OPTION],
  more: 'Exit 2: something is not as it should be. Changes nothing, and runs beside a gateway.',
  async run({ options }, deps) {
    const [
      { checkConfiguration, checkEnvironment },
      { checkGateway, checkToken },
      { checkClock, checkMachine },
      { checkStore },
    ] = await Promise.all([
      import('./doctor-config.ts'),
      import('./doctor-gateway.ts'),
      import('./doctor-machine.ts'),
      import('./doctor-store.ts'),
    ]);
    const { check, settings } = checkEnvironment(deps.env);
    const checks: Check[] = [...checkMachine(), check];
    if (settings !== null) {
      checks.push(...(await checkConfiguration(settings, deps.env)));
      const store = await checkStore(settings, options.full === true ? 'full' : 'quick', deps.now);
      checks.push(...store.checks, ...checkClock(deps.now(), store.newestReceivedAtMs));
      checks.push(...(await checkGateway(settings, store.locked)));
    }
    checks.push(...(await checkToken(deps)));

    if (options.json === true) writeJson(deps, { checks });
    else {
      const width = Math.max(...checks.map(({ name }) => name.length));
      for (const { name, state, message, remedy } of checks) {
        const head = `${paint(state.padEnd(4), stateColour(state), deps.colour)}  ${name.padEnd(width)}`;
        deps.out(`${head}  ${printable(message)}\n`);
        if (remedy !== null) deps.out(`${' '.repeat(width + 8)}→ ${printable(remedy)}\n`);
      }
      const found = checks.filter(({ state }) => state !== 'ok').length;
      deps.out(found === 0 ? 'Everything is as it should be.\n' : `${plural(found, 'thing')} to look at.\n`);
    }
    return checks.every(({ state }) => state === 'ok') ? 0 : 2;
  },
};
