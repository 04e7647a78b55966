import { ArrowLeft } from 'lucide-react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';

/** As every settings page has it; the week below takes the whole width. */
export function RotaHeader() {
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line ps-2 pe-4 md:ps-8">
      <Link
        href={paths.settings()}
        aria-label={t('common.back')}
        className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink md:hidden pointer-coarse:size-11"
      >
        <ArrowLeft aria-hidden size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
      </Link>
      <nav aria-label={t('settings.path')} className="truncate text-14 font-medium">
        <span aria-current="page">{t('shell.rota')}</span>
      </nav>
    </header>
  );
}
