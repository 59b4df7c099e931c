import { openStore } from '../../../src/storage/open-store.ts';

// Started by a test as a process of its own: holds the store until it is killed.

await openStore(`sqlite:${process.argv[2]}`);
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
