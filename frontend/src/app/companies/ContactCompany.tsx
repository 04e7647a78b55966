import { ArrowUpRight } from 'lucide-react';
import { Link } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Contact } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { Fact } from '../contact/Fact';
import { saveContact } from '../contact/save';
import { paths } from '../paths';
import { CompanyPicker } from './CompanyPicker';

/** Whose a contact is: chosen where it stands, and the way to everything spoken about with that company. */
export function ContactCompany({ contact }: { readonly contact: Contact }) {
  const { company } = contact;
  const mayChange = useMay('contacts:change');
  const domain = contact.email.split('@')[1]?.toLowerCase() ?? '';
  return (
    <Fact label={t('contact.company')}>
      <span className="flex min-w-0 items-center gap-1">
        {mayChange ? (
          <CompanyPicker
            title={t('contact.company')}
            domain={domain}
            mayClear={company !== null}
            mayMake
            onPick={(picked) => void saveContact(contact.id, { company_id: picked?.id ?? null })}
            trigger={
              <button
                type="button"
                aria-label={
                  company === null
                    ? t('contact.fill_in', { label: t('contact.company'), value: t('contact.add') })
                    : t('contact.edit', { label: t('contact.company'), value: company.name })
                }
                className="-mx-1 flex min-h-6 max-w-full min-w-0 items-center rounded-sm px-1 text-start hover:bg-hover pointer-coarse:min-h-11"
              >
                <span dir="auto" className={cx('truncate', company === null && 'text-muted')}>
                  {company === null ? t('contact.add') : company.name}
                </span>
              </button>
            }
          />
        ) : (
          <bdi className="truncate">{company?.name ?? '–'}</bdi>
        )}
        {company !== null && (
          <Link
            href={paths.companies(company.id)}
            aria-label={t('contact.open_link', { name: company.name })}
            className="grid size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
          >
            <ArrowUpRight aria-hidden size={14} strokeWidth={1.75} className="rtl:-scale-x-100" />
          </Link>
        )}
      </span>
    </Fact>
  );
}
