/** Which key was meant, on any keyboard layout. Letters by what they print; by their place where the layout has no Latin. */

const BY_PLACE: Readonly<Record<string, string>> = { BracketLeft: '[', BracketRight: ']', Slash: '/', Period: '.' };

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'
>;

/**
 * A key press as the key map writes it: `j`, `?`, `Enter`, `Shift+u`, `Mod+k`. Null for what is no shortcut: composing,
 * and whatever Alt types on layouts that have letters there.
 */
export function nameOf(event: KeyPress): string | null {
  if (event.isComposing) return null;
  const key = keyOf(event);
  const isSign = key.length === 1 && !/^[\p{L}\p{N}]$/u.test(key);
  // Signs may need Shift, Alt or AltGr just to be typed: what they print is what counts.
  if (isSign && !event.metaKey && (!event.ctrlKey || event.altKey)) return key === ' ' ? 'Space' : key;
  if (event.altKey) return null;
  const mod = event.ctrlKey || event.metaKey ? 'Mod+' : '';
  const shift = event.shiftKey ? 'Shift+' : '';
  return `${mod}${shift}${key}`;
}

function keyOf(event: KeyPress): string {
  if (event.key.length !== 1) return event.key;
  if (/^\p{L}$/u.test(event.key) && !/^\p{Script=Latin}$/u.test(event.key)) return placeOf(event.code) ?? event.key;
  return event.key.toLowerCase();
}

function placeOf(code: string): string | null {
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : (BY_PLACE[code] ?? null);
}
