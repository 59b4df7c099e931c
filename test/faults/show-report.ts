import type { FaultReport } from './fault-run.ts';

/** So many findings say what is wrong; the rest is counted. */
const SHOWN = 40;
const LONGEST = 600;

export function showReport(report: FaultReport, machine: Readonly<Record<string, string>>): string {
  const { seed, processes, seconds, findings, kept } = report;
  const lines = [
    `seed ${seed}, ${processes} ${processes === 1 ? 'process' : 'processes'}: ${seconds.faults} s of faults, ${seconds.drain} s until all was delivered, ${seconds.checks} s of checks`,
    ...section('machine', { ...machine, ...report.facts }),
    ...section('faults', report.faults),
    ...section('counts', report.counts),
    ...section('repeats at a destination, by cause', report.repeats),
    ...section('starts that failed while the store was away, by what they said', report.failedStarts),
    ...section('warnings and errors in the logs', report.complaints),
    findings.length === 0 ? 'nothing lost, nothing doubled, order held' : `${findings.length} findings`,
    ...findings.slice(0, SHOWN).map(finding => `  ${finding.slice(0, LONGEST)}`),
    ...(findings.length > SHOWN ? [`  … and ${findings.length - SHOWN} more`] : []),
    ...(kept === null ? [] : [`configuration, logs and ledgers are left in ${kept}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, values: Readonly<Record<string, string | number>>): readonly string[] {
  const shown = Object.entries(values).map(([name, value]) => `  ${name}: ${value.toLocaleString('en')}`);
  return [`${title}${shown.length === 0 ? ': none' : ''}`, ...shown];
}
