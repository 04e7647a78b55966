import { hasText, t } from '@/shared/i18n';

/** What a scope allows, in words; its own name if we have none for it. */
export function scopeName(scope: string): string {
  const key = `settings.scope.${scope.replace(/\W/g, '_')}`;
  return hasText(key) ? t(key) : scope;
}
