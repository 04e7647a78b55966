/** Brings the hands to the composer from anywhere: a key, a quote, a failed message. */
export type ComposerMode = 'reply' | 'note' | 'template';

const listeners = new Set<(mode: ComposerMode) => void>();

export function focusComposer(mode: ComposerMode): void {
  for (const listener of listeners) listener(mode);
}

export function onFocusComposer(listener: (mode: ComposerMode) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
