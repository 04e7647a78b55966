import { t } from '@/shared/i18n';

/** A number or address as this agent sees it; that it is masked is said to those who cannot see the dots. */
export function MaskedText({ value, isMasked }: { readonly value: string; readonly isMasked: boolean }) {
  const dots = isMasked && value.includes('•••');
  return (
    <bdi className="min-w-0 truncate" title={dots ? t('contact.masked') : undefined}>
      {value}
      {dots && <span className="sr-only">, {t('contact.masked')}</span>}
    </bdi>
  );
}
