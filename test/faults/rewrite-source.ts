import { registerHooks } from 'node:module';

/**
 * Loads one file of the product with a mistake in it, so that a run can show that the rig finds it. Throws where the
 * text is not there exactly once: a mistake that is no longer made proves nothing.
 */
export function rewriteSource(path: string, right: string, wrong: string): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/${path}`)) return loaded;
      const parts = String(loaded.source).split(right);
      if (parts.length !== 2) throw new Error(`${path} holds "${right}" ${parts.length - 1} times, not once.`);
      return { ...loaded, source: parts.join(wrong) };
    },
  });
}
