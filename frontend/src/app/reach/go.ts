import { navigate } from 'wouter/use-browser-location';

/** To a place of this desk, from outside its screens: a notification that was clicked. */
export function goTo(url: string): void {
  if (url.startsWith('/') && !url.startsWith('//')) navigate(url);
}
