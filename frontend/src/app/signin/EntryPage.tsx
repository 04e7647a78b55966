import { useEffect, type ReactNode } from 'react';
import { LANGUAGES, loadLocale, t, useLocale } from '@/shared/i18n';
import { Select } from '@/shared/ui/Select';

export interface EntryPageProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
  /** The form asks for the language itself. */
  readonly hasLanguage?: boolean;
}

/** The one column of every page before the desk: sign-in, set-up, invitation. */
export function EntryPage({ title, text, children, hasLanguage = false }: EntryPageProps) {
  useEffect(() => {
    document.title = `${title} – Threadline`;
  }, [title]);
  return (
    <div className="flex min-h-dvh flex-col items-center bg-surface px-5 text-ink">
      <main className="flex w-full max-w-90 flex-1 flex-col gap-6 pt-[14dvh] pb-12">
        <div className="flex flex-col gap-6">
          <Mark />
          <div className="flex flex-col gap-1">
            <h1 className="text-20 font-semibold">{title}</h1>
            {text !== undefined && <p className="text-14 text-muted">{text}</p>}
          </div>
        </div>
        {children}
      </main>
      {!hasLanguage && (
        <footer className="flex w-full max-w-90 items-center justify-between gap-4 pb-6">
          <span className="text-13 text-muted">{t('entry.product')}</span>
          <LanguageSelect isLabelHidden className="w-34 shrink-0" />
        </footer>
      )}
    </div>
  );
}

export interface LanguageSelectProps {
  readonly isLabelHidden?: boolean;
  readonly className?: string;
}

/** Changes the language of the page at once. */
export function LanguageSelect({ isLabelHidden, className }: LanguageSelectProps) {
  const locale = useLocale();
  return (
    <Select
      label={t('entry.language')}
      isLabelHidden={isLabelHidden}
      value={LANGUAGES.some(({ code }) => code === locale) ? locale : 'en'}
      options={LANGUAGES.map(({ code, name }) => ({ value: code as string, label: name }))}
      onValueChange={(code) => void loadLocale(code)}
      className={className}
    />
  );
}

function Mark() {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className="-ms-1.5 size-8 text-ink">
      <path
        d="M24.5 8H12.5a4 4 0 0 0 0 8h7a4 4 0 0 1 0 8H7.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="3.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
