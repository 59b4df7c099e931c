import { join } from 'node:path';
import { openStore } from '../../src/storage/open-store.ts';
import { describeStore } from '../conformance/store-kit.ts';

describeStore('the SQLite store', place => openStore(`sqlite:${join(place, 'retour.db')}`));
