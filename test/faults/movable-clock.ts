import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

// Loaded before a gateway by the rig, which moves the clock of the process: every thread's Date is the machine's plus an
// offset. Timers and time-outs count by another clock and go on, as they do where a machine's time is set.

const KEY = 'rig-clock';

const shared = isMainThread ? new SharedArrayBuffer(8) : (getEnvironmentData(KEY) as SharedArrayBuffer);
const offsetMs = new Float64Array(shared);

const MachineDate = Date;
const machineNow = Date.now.bind(Date);
const now = () => machineNow() + offsetMs[0]!;

globalThis.Date = new Proxy(MachineDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new MachineDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

if (isMainThread) {
  setEnvironmentData(KEY, shared);
  offsetMs[0] = Number(process.env.RIG_CLOCK_MS ?? 0);
  process.on('message', (message: { readonly clockMs?: number }) => {
    if (message.clockMs !== undefined) offsetMs[0] = message.clockMs;
  });
  // The gateway ends as it would with nobody listening.
  process.channel?.unref();
}
