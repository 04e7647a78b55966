import { Link } from 'wouter';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';

type Place = 'contacts' | 'companies';

/** From people to companies and back. */
export function PeopleTabs({ here }: { readonly here: Place }) {
  return (
    <nav aria-label={t('contacts.kinds')} className="me-2 -ms-1 flex items-center gap-1">
      {(['contacts', 'companies'] as const).map((place) => (
        <Link
          key={place}
          href={place === 'contacts' ? paths.contacts() : paths.companies()}
          aria-current={place === here ? 'page' : undefined}
          className={cx(
            'flex min-h-8 items-center rounded-md px-2 text-16 max-md:text-14 pointer-coarse:min-h-11',
            place === here ? 'font-semibold' : 'text-muted hover:bg-hover hover:text-ink',
          )}
        >
          {t(`${place}.title`)}
        </Link>
      ))}
    </nav>
  );
}
