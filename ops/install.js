// Runs before every script, under whatever Node the machine has: installs what the lock file says when it is not
// installed yet, and is silent when it is. Plain JavaScript, because an old Node reads nothing else.
// With "all" the packages for development are wanted, too; else a production installation (npm ci --omit=dev) is left as it is.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

function packages(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages;
  } catch {
    return null;
  }
}

/** npm keeps a copy of what it installed; optional packages of other platforms are missing from it, and may be. */
function isInstalled() {
  const wanted = packages('package-lock.json');
  const present = packages('node_modules/.package-lock.json');
  if (wanted === null || present === null) return false;
  const isThere = ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version;
  const entries = Object.entries(wanted);
  if (entries.every(isThere)) return true;
  const isForProduction = !Object.values(present).some(({ dev }) => dev);
  return process.argv[2] !== 'all' && isForProduction && entries.filter(([, { dev }]) => !dev).every(isThere);
}

if (!isInstalled()) {
  process.stderr.write('Installing what package-lock.json lists (once) …\n');
  const npm = process.env.npm_execpath;
  const options = {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: npm === undefined && process.platform === 'win32',
  };
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } =
    npm === undefined ? spawnSync('npm', args, options) : spawnSync(process.execPath, [npm, ...args], options);
  if (status !== 0) {
    process.stderr.write('npm could not install the packages; its message stands above.\n');
    process.exit(1);
  }
}
