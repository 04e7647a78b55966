import { capsFor, keyParts, useChangedKeys } from '../keys/keyboard';
import { cx } from './cx';

const SYMBOLS: Readonly<Record<string, string>> = {
  Enter: '↵',
  Shift: '⇧',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Mod: typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl',
};

export interface KbdProps {
  /** One key, or several pressed one after the other or together: `['g', 'i']`, `['Mod', 'k']`. */
  readonly keys: string | readonly string[];
  /** Over a filled button the cap takes the button's own colour. */
  readonly isOnAccent?: boolean;
  /** The key as it is named, also where the agent has another for what it usually does. */
  readonly isExact?: boolean;
}

/** The key of an action, at its end. Assistive technology hears it from `aria-keyshortcuts`, not from here. */
export function Kbd({ keys, isOnAccent = false, isExact = false }: KbdProps) {
  const changed = useChangedKeys();
  const named = typeof keys === 'string' ? keyParts(keys) : keys;
  const caps = isExact ? named : capsFor(named, changed);
  if (caps.length === 0) return null;
  return (
    <span aria-hidden className="inline-flex shrink-0 gap-1">
      {caps.map((key) => (
        <kbd
          key={key}
          className={cx(
            'grid h-5 min-w-5 place-items-center rounded-sm px-1 font-sans text-11 font-medium',
            isOnAccent ? 'bg-on-accent/12 text-on-accent' : 'bg-press text-muted',
          )}
        >
          {SYMBOLS[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </span>
  );
}
