/** The large figures: each opens what it counts. */
import { CircleAlert, Hourglass, Timer, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Live, LiveAgent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { cx } from '@/shared/ui/cx';
import { behindFigure, placesOf, rowsOf, type FigureName, type Scope, type Sums } from './figures';
import { ListLink } from './ListLink';
import { formatTick } from './times';

export interface FiguresProps {
  readonly live: Live;
  readonly sums: Sums;
  readonly scope: Scope;
  readonly agents: readonly LiveAgent[];
  readonly now: number;
}

export function Figures({ live, sums, scope, agents, now }: FiguresProps) {
  const places = placesOf(agents);
  const next = rowsOf(live, live.closing_ids, scope)[0]?.window_closes_at;
  const oldest = rowsOf(live, live.waiting_ids, scope).find(({ waiting_since }) => waiting_since === sums.longestSince);
  const isLate = sums.late > 0;
  return (
    <ul className="grid grid-cols-4 border-b border-line bg-line [gap:1px] max-md:grid-cols-2 min-[1700px]:grid-cols-8">
      <Figure
        name="waiting"
        scope={scope}
        value={formatNumber(sums.waiting)}
        hint={t('live.with_nobody', { number: sums.waiting_unassigned })}
      />
      <Figure
        name="oldest"
        scope={scope}
        value={sums.longestSince === null ? '–' : formatTick(now - Date.parse(sums.longestSince))}
        look={isLate ? 'danger' : undefined}
        hint={sums.longestSince === null ? t('live.nobody_waits') : (oldest?.contact.name ?? '')}
      />
      <Figure
        name="pressing"
        scope={scope}
        value={formatNumber(sums.pressing)}
        look={sums.pressing > 0 ? 'warn' : undefined}
        icon={Timer}
        hint={sums.pressing > 0 ? t('live.pressing_hint') : ''}
      />
      <Figure
        name="late"
        scope={scope}
        value={formatNumber(sums.late)}
        look={isLate ? 'danger' : undefined}
        icon={Timer}
        hint={isLate ? t('live.late_hint') : ''}
      />
      <Figure name="unassigned" scope={scope} value={formatNumber(sums.unassigned)} hint={t('live.unassigned_hint')} />
      <Figure
        name="closing"
        scope={scope}
        value={formatNumber(sums.closing)}
        look={sums.closing > 0 ? 'warn' : undefined}
        icon={Hourglass}
        hint={next ? t('live.next_in', { span: formatTick(Date.parse(next) - now) }) : ''}
      />
      <Figure
        name="failed"
        scope={scope}
        value={formatNumber(sums.failed)}
        look={sums.failed > 0 ? 'danger' : undefined}
        icon={CircleAlert}
        hint={sums.failed > 0 ? t('live.failed_hint') : ''}
      />
      <Tile label={t('live.figure_free')} hint={t('live.there', { online: places.online, busy: places.busy })}>
        {formatNumber(places.free)}
        <span className="text-20 font-normal text-muted"> {t('live.of', { places: places.of })}</span>
      </Tile>
    </ul>
  );
}

interface FigureProps {
  readonly name: FigureName;
  readonly scope: Scope;
  readonly value: string;
  readonly hint: string;
  readonly look?: 'warn' | 'danger' | undefined;
  readonly icon?: LucideIcon;
}

function Figure({ name, scope, value, hint, look, icon: Icon }: FigureProps) {
  const label = t(`live.figure_${name}`);
  return (
    <Tile
      label={label}
      hint={
        <>
          {look !== undefined && Icon && <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />}
          <span className="truncate">{hint}</span>
        </>
      }
      look={look}
    >
      <ListLink to={behindFigure(name, scope)} className="after:absolute after:inset-0 hover:after:bg-hover">
        <span className="sr-only">{label} </span>
        {value}
      </ListLink>
    </Tile>
  );
}

interface TileProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly look?: 'warn' | 'danger' | undefined;
  readonly children: ReactNode;
}

/** As high with a hint as without: nothing below moves. */
function Tile({ label, hint, look, children }: TileProps) {
  const colour = look === 'danger' ? 'text-danger' : look === 'warn' ? 'text-warn' : undefined;
  return (
    <li className="relative flex min-w-0 flex-col gap-1 bg-surface px-6 py-4 max-md:px-4 max-md:py-3 min-[1700px]:px-4">
      <span aria-hidden className="truncate text-13 text-muted">
        {label}
      </span>
      <span
        className={cx(
          'tabular block h-12 truncate text-[2.5rem] leading-12 font-semibold max-md:h-9 max-md:text-[1.75rem] max-md:leading-9',
          colour,
        )}
      >
        {children}
      </span>
      <span className={cx('tabular flex h-5 items-center gap-1.5 truncate text-13', colour ?? 'text-muted')}>
        {hint}
      </span>
    </li>
  );
}
