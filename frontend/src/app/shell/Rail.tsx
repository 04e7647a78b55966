import { Activity, ClipboardList, Inbox, Search, Settings, Users, type LucideIcon } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useMay } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { Tooltip } from '@/shared/ui/Tooltip';
import { paths } from '../paths';
import { Bell } from '../reach/Bell';
import { importContacts, importLive, importSettings } from '../routes';
import { openFloat } from './floats';
import { Logo } from './Logo';
import { PersonMenu } from './PersonMenu';

const DueTasks = lazy(() => import('../tasks/DueTasks'));

export function Rail() {
  const [location] = useLocation();
  const mayWatch = useMay('live:read');
  return (
    <nav
      aria-label={t('shell.places')}
      className="flex flex-col items-center border-e border-line bg-canvas pb-3 max-md:hidden"
    >
      <span className="grid h-[52px] place-items-center">
        <Logo />
      </span>
      <div className="flex flex-1 flex-col gap-1 pt-2">
        <Place
          to={paths.inbox()}
          icon={Inbox}
          label={t('shell.inbox')}
          keys={['g', 'i']}
          isHere={/^\/(inbox|board)/.test(location)}
        />
        <Place
          to={paths.contacts()}
          icon={Users}
          label={t('shell.contacts')}
          keys={['g', 'c']}
          isHere={/^\/(contacts|companies)/.test(location)}
          onIntent={() => void importContacts()}
        />
        <Place
          to={paths.tasks()}
          icon={ClipboardList}
          label={t('task.title')}
          keys={['g', 't']}
          isHere={location.startsWith('/tasks')}
        >
          <Suspense fallback={null}>
            <DueTasks />
          </Suspense>
        </Place>
        {mayWatch && (
          <Place
            to={paths.live()}
            icon={Activity}
            label={t('shell.live')}
            keys={['g', 'l']}
            isHere={location.startsWith('/live')}
            onIntent={() => void importLive()}
          />
        )}
        <Place
          to={paths.settings()}
          icon={Settings}
          label={t('shell.settings')}
          keys={['g', 's']}
          isHere={location.startsWith('/settings')}
          onIntent={() => void importSettings()}
        />
      </div>
      <div className="flex flex-col items-center gap-3">
        <IconButton
          icon={Search}
          label={t('shell.search')}
          keyName={['Mod', 'k']}
          onClick={() => openFloat('palette')}
        />
        <Bell />
        <PersonMenu />
      </div>
    </nav>
  );
}

interface PlaceProps {
  readonly to: string;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys: readonly string[];
  readonly isHere: boolean;
  readonly onIntent?: () => void;
  /** What stands on its corner. */
  readonly children?: ReactNode;
}

function Place({ to, icon: Icon, label, keys, isHere, onIntent, children }: PlaceProps) {
  return (
    <Tooltip label={label} keyName={keys} side="inline-end">
      <Link
        href={to}
        aria-current={isHere ? 'page' : undefined}
        onPointerEnter={onIntent}
        onFocus={onIntent}
        className={cx(
          'relative grid size-9 place-items-center rounded-lg',
          isHere ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-hover hover:text-ink',
        )}
      >
        <Icon aria-hidden size={18} strokeWidth={1.75} />
        <span className="sr-only">{label}</span>
        {children}
      </Link>
    </Tooltip>
  );
}
