/**
 * The theme of this browser. "system" follows the device; a choice by hand is an attribute on <html>, which
 * app/theme.js sets from the same key before the first paint.
 */

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'threadline-theme';

export function getTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be refused (private mode): the choice then lasts as long as the page.
  }
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
