/**
 * How the desk looks to this agent: theme, text size, density. The server keeps it; this browser remembers what it saw
 * last, so that app/theme.js has it before the first paint. "system" follows the device.
 */
import type { Preferences } from './api/types';

export type Theme = Preferences['theme'];
export type Look = Pick<Preferences, 'theme' | 'text_size_px' | 'density'>;

export const TEXT_SIZES_PX = { smallest: 12, usual: 14, largest: 18 } as const;

export function showLook({ theme, text_size_px, density }: Look): void {
  const root = document.documentElement;
  setTheme(theme);
  root.style.fontSize = text_size_px === TEXT_SIZES_PX.usual ? '' : `${(text_size_px / TEXT_SIZES_PX.usual) * 100}%`;
  remember('threadline-text-size', text_size_px === TEXT_SIZES_PX.usual ? null : String(text_size_px));
  if (density === 'compact') root.dataset.density = density;
  else delete root.dataset.density;
  remember('threadline-density', density === 'compact' ? density : null);
}

function setTheme(theme: Theme): void {
  remember('threadline-theme', theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Storage may be refused (private mode): the look then comes with the session, a moment after the first paint. */
function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing to do about it.
  }
}
