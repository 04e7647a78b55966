import { ArrowLeft } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { t } from '@/shared/i18n';
import { paths } from '../paths';
import { PracticePhone } from './PracticePhone';

export interface PracticePageProps {
  readonly channelId: string;
}

/** The practice phone on a page of its own: for a second window, or a real phone. */
export default function PracticePage({ channelId }: PracticePageProps) {
  useEffect(() => {
    document.title = `${t('practice.title')} – Threadline`;
  }, []);
  return (
    <main className="flex h-dvh flex-col bg-canvas text-ink">
      <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line px-2">
        <Link
          href={paths.inbox()}
          aria-label={t('practice.to_inbox')}
          className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={16} strokeWidth={1.75} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="text-14 font-semibold">{t('practice.title')}</h1>
        <p className="min-w-0 flex-1 truncate text-13 text-muted">{t('practice.subtitle')}</p>
      </header>
      <div className="mx-auto flex min-h-0 w-full max-w-110 flex-1 flex-col">
        <PracticePhone channelId={channelId} />
      </div>
    </main>
  );
}
