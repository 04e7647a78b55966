import { Star } from 'lucide-react';
import { t } from '../i18n';

/** Beside the name of a customer who is served first. */
export function VipMark() {
  return (
    <span role="img" aria-label={t('contact.vip')} title={t('contact.vip')} className="shrink-0 text-warn">
      <Star aria-hidden size={12} strokeWidth={2} fill="currentColor" />
    </span>
  );
}
