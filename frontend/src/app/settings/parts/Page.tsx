import { ArrowLeft, ChevronRight } from 'lucide-react';
import { Fragment, useEffect, type ReactNode } from 'react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

export interface PageProps {
  readonly title: string;
  /** One sentence: what this page is for. */
  readonly text?: ReactNode;
  /** The group of settings in which the page stands, if nothing else is above it. */
  readonly group?: string;
  /** The pages above this one, from the outermost. */
  readonly above?: readonly { readonly label: string; readonly href: string }[];
  /** At the end of the title's line: the first thing to do here. */
  readonly action?: ReactNode;
  /** Beside the content, at its end. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A settings page: where it stands in the header, then one column of 616 px. */
export function Page({ title, text, group, above = [], action, aside, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – Threadline`;
  }, [title]);
  const back = above.at(-1)?.href ?? paths.settings();
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line ps-2 pe-4 md:ps-12">
        <Link
          href={back}
          aria-label={t('common.back')}
          className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink md:hidden pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
        </Link>
        <nav aria-label={t('settings.path')} className="flex min-w-0 items-center gap-2 text-14">
          {above.map(({ label, href }) => (
            <Fragment key={href}>
              <Link href={href} className="truncate text-muted hover:text-ink">
                {label}
              </Link>
              <ChevronRight aria-hidden size={14} strokeWidth={1.75} className="shrink-0 text-muted rtl:-scale-x-100" />
            </Fragment>
          ))}
          {group !== undefined && (
            <>
              <span className="truncate text-muted">{group}</span>
              <ChevronRight aria-hidden size={14} strokeWidth={1.75} className="shrink-0 text-muted rtl:-scale-x-100" />
            </>
          )}
          <span aria-current="page" className="truncate font-medium">
            <bdi>{title}</bdi>
          </span>
        </nav>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex flex-col gap-10 px-4 py-7 md:px-12 xl:flex-row xl:gap-16">
          <div className="flex w-full max-w-154 min-w-0 flex-col gap-6">
            <div className="flex flex-wrap items-center gap-x-6 gap-y-1">
              <h1 className="min-w-0 flex-1 text-20 font-semibold break-words max-md:basis-full">
                <bdi>{title}</bdi>
              </h1>
              {action !== undefined && <div className="shrink-0 max-md:order-last max-md:mt-2">{action}</div>}
              {text !== undefined && <p className="basis-full text-14 text-muted">{text}</p>}
            </div>
            {children}
          </div>
          {aside !== undefined && <div className="w-full max-w-154 shrink-0 xl:w-80">{aside}</div>}
        </div>
      </div>
    </main>
  );
}

export interface BlockProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** What belongs together on a page, under a hairline. */
export function Block({ title, text, children, className }: BlockProps) {
  return (
    <section className={cx('flex flex-col gap-4 border-t border-line pt-6', className)}>
      <div>
        <h2 className="text-16 font-semibold">{title}</h2>
        {text !== undefined && <p className="mt-0.5 text-14 text-muted">{text}</p>}
      </div>
      {children}
    </section>
  );
}
