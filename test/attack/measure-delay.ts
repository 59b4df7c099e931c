import { writeFileSync } from 'node:fs';

// Loaded before the gateway by a test: at SIGUSR2 it writes down the longest time, in milliseconds, for which nothing else
// ran since the last SIGUSR2.

const EVERY_MS = 5;
let last = performance.now();
let longest = 0;

setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last - EVERY_MS);
  last = now;
}, EVERY_MS).unref();

process.on('SIGUSR2', () => {
  // Behind whatever is under way, so that it counts as well.
  setTimeout(() => {
    writeFileSync(process.env.ATTACK_DELAY_FILE!, `${Math.round(longest)}\n`);
    longest = 0;
  }, 2 * EVERY_MS);
});
