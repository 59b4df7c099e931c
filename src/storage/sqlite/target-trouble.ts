import { dirname } from 'node:path';
import { GatewayError } from '../../gateway-error.ts';

/** Why a copy cannot be written where it shall stand, and what to do. `null`: it is something else. */

const REMEDIES: Readonly<Record<string, (folder: string) => string>> = {
  ENOENT: folder => `The folder ${folder} is not there: make it first, or name another file.`,
  ENOTDIR: folder => `${folder} is no folder: name a file in one.`,
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: folder => `${folder} can only be read: name a file elsewhere.`,
  ENAMETOOLONG: () => 'The name of the copy is too long: name a shorter one.',
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EFBIG: folder => `A file in ${folder} cannot be so large as the store: name a file elsewhere.`,
  SQLITE_FULL: noRoom,
};
const WHILE_WRITING = ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL'];

function notWritable(folder: string): string {
  return `${folder} is not writable for this user: make it so, or name a file elsewhere.`;
}

function noRoom(folder: string): string {
  return `There is no room for the copy in ${folder}: make room, or name a file elsewhere. What was written of it is gone again.`;
}

/** `opening`: nothing but the copy itself was touched; later, only a lack of room is surely its own. */
export function targetTrouble(cause: unknown, file: string, when: 'opening' | 'writing'): GatewayError | null {
  const code = String((cause as { readonly code?: unknown } | null)?.code);
  const remedy = when === 'opening' || WHILE_WRITING.includes(code) ? REMEDIES[code] : undefined;
  return remedy === undefined ? null : new GatewayError('STORE_UNAVAILABLE', remedy(dirname(file)), { cause });
}
