import { ClipboardList, Inbox, Search, Settings, Users, type LucideIcon } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';
import { BellTab } from '../reach/Bell';
import { openFloat } from './floats';

const ITEM = 'flex min-h-11 flex-1 flex-col items-center justify-center gap-0.5 text-11 font-medium';

/** On phones, under lists only: where a conversation is open its composer has this place. */
export function TabBar() {
  const [location] = useLocation();
  return (
    <nav
      aria-label={t('shell.places')}
      className="flex border-t border-line bg-canvas pt-1 pb-[max(4px,env(safe-area-inset-bottom))] md:hidden"
    >
      <Tab to={paths.inbox()} icon={Inbox} label={t('shell.inbox')} isHere={location.startsWith('/inbox')} />
      <Tab
        to={paths.contacts()}
        icon={Users}
        label={t('shell.contacts')}
        isHere={/^\/(contacts|companies)/.test(location)}
      />
      <Tab to={paths.tasks()} icon={ClipboardList} label={t('task.title')} isHere={location.startsWith('/tasks')} />
      <button type="button" className={cx(ITEM, 'text-muted')} onClick={() => openFloat('palette')}>
        <Search aria-hidden size={20} strokeWidth={1.75} />
        {t('shell.search')}
      </button>
      <BellTab className={cx(ITEM, 'text-muted')} />
      <Tab
        to={paths.settings()}
        icon={Settings}
        label={t('shell.settings')}
        isHere={location.startsWith('/settings')}
      />
    </nav>
  );
}

function Tab({
  to,
  icon: Icon,
  label,
  isHere,
}: {
  readonly to: string;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly isHere: boolean;
}) {
  return (
    <Link
      href={to}
      aria-current={isHere ? 'page' : undefined}
      className={cx(ITEM, isHere ? 'text-accent' : 'text-muted')}
    >
      <Icon aria-hidden size={20} strokeWidth={1.75} />
      {label}
    </Link>
  );
}
