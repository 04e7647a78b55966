import type { ContactRow } from '@/shared/api/types';
import { t } from '@/shared/i18n';

/** What a contact is called in lists, by whatever is known of them. */
export function nameOfRow({ name, phone, handle, email }: ContactRow): string {
  return name || phone || handle || email || t('contacts.nameless');
}
