import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

export type BodyRead =
  | { readonly outcome: 'read'; readonly bytes: Uint8Array }
  | { readonly outcome: 'too_large' | 'overloaded' | 'too_slow' | 'aborted' };

export interface ReadLimits {
  readonly maxBytes: number;
  /** Asked for every piece before it is held: whether there is room for it. */
  take(bytes: number): boolean;
  /** All of the body must be there by then. Default: no limit but the server's over the whole request. */
  readonly timeoutMs?: number;
  /** Gets what ends the reading early, where the room is needed for another body: `overloaded`. */
  onceReading?(giveUp: () => void): void;
}

/**
 * Reads a body once, counting it as it arrives and before any decoder. The stream is left as it is when reading stops early: destroying it
 * would take the answer's socket with it, and the server drains what still comes.
 */
export function readBody(stream: Readable, limits: ReadLimits): Promise<BodyRead> {
  const { maxBytes, timeoutMs } = limits;
  return new Promise(resolve => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const finish = (result: BodyRead) => {
      clearTimeout(deadline);
      stream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onError);
      stream.on('error', ignore);
      if (result.outcome !== 'read') stream.pause();
      resolve(result);
    };
    const onData = (chunk: Uint8Array) => {
      length += chunk.byteLength;
      if (length > maxBytes) return finish({ outcome: 'too_large' });
      if (!limits.take(chunk.byteLength)) return finish({ outcome: 'overloaded' });
      chunks.push(chunk);
    };
    const onEnd = () => finish({ outcome: 'read', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
    const onClose = () => finish({ outcome: 'aborted' });
    const onError = () => finish({ outcome: 'aborted' });
    const deadline = timeoutMs === undefined ? undefined : setTimeout(() => finish({ outcome: 'too_slow' }), timeoutMs);
    limits.onceReading?.(() => finish({ outcome: 'overloaded' }));
    if (stream.destroyed) return finish({ outcome: 'aborted' });
    stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onError);
  });
}

/** A sender that goes away after it was answered is nobody's error. */
function ignore(): void {}

export type ContentEncoding = 'gzip' | 'deflate' | 'br';

const DECODERS = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** Never gives, nor holds, more than `maxBytes`: a small body that swells is `too_large`. */
export async function decodeBody(
  bytes: Uint8Array,
  encoding: ContentEncoding,
  maxBytes: number,
): Promise<{ readonly outcome: 'read'; readonly bytes: Uint8Array } | { readonly outcome: 'too_large' | 'malformed' }> {
  try {
    return { outcome: 'read', bytes: await DECODERS[encoding](bytes, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const tooLarge = error instanceof RangeError && (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    return { outcome: tooLarge ? 'too_large' : 'malformed' };
  }
}

/** The encodings named by `Content-Encoding`, in order, without those that change nothing. */
export function contentEncodings(values: readonly string[] | undefined): readonly string[] {
  const names = (values ?? []).flatMap(value => value.split(',')).map(name => name.trim().toLowerCase());
  return names.filter(name => name !== '' && name !== 'identity').map(name => (name === 'x-gzip' ? 'gzip' : name));
}
