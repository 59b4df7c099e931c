import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CrashReport, crashRun } from './crash-run.ts';
import { openCuttableDisk } from './power-cut.ts';

// node test/crash/run.ts --kills 200 --seed 1: kills a gateway under load and reports whether anything was lost or doubled.
// With --power-cut (as root) each kill also takes away whatever was not synced.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    senders: { type: 'string', default: '24' },
    'power-cut': { type: 'boolean', default: false },
    preload: { type: 'string', multiple: true, default: [] },
  },
});

const say = (line: string) => process.stderr.write(`${line}\n`);

function show({ seed, kills, findings, counts, ready, firstDelivery, seconds }: CrashReport): string {
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const ends = Object.entries(kills).map(([end, count]) => `${count} at ${end}`);
  const lines = [
    `seed ${seed}: ${total} kills (${ends.join(', ')}) in ${seconds} s`,
    ...Object.entries(counts).map(([what, count]) => `  ${what}: ${count.toLocaleString('en')}`),
    `  start to listening after a kill: median ${ready.median} ms, longest ${ready.longest} ms`,
    `  start to the first delivery: median ${firstDelivery.median} ms, longest ${firstDelivery.longest} ms`,
    findings.length === 0 ? '  nothing lost, nothing doubled' : `  ${findings.length} findings`,
    ...findings.slice(0, 40).map(finding => `    ${finding.slice(0, 600)}`),
  ];
  return `${lines.join('\n')}\n`;
}

const disk = values['power-cut'] ? openCuttableDisk() : null;
try {
  const report = await crashRun({
    seed: Number(values.seed),
    kills: Number(values.kills),
    senders: Number(values.senders),
    thinkMs: 15,
    lifeMs: 1500,
    trouble: true,
    preload: values.preload,
    say,
    ...(disk === null ? {} : { database: join(disk.folder, 'retour.db'), afterKill: () => disk.cut() }),
  });
  process.stdout.write(show(report));
  process.exitCode = report.findings.length === 0 ? 0 : 1;
} finally {
  disk?.remove();
}
