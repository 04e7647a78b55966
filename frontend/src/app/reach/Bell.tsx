import { Bell as BellIcon } from 'lucide-react';
import { t } from '@/shared/i18n';
import { useSignedIn } from '@/shared/api/session';
import { CountBadge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/IconButton';
import { openFloat } from '../shell/floats';

/** At the end of the rail: what concerns me and I have not seen. */
export function Bell() {
  const { unread_notifications: unread } = useSignedIn();
  return (
    <span className="relative">
      <IconButton
        icon={BellIcon}
        label={bellName(unread)}
        keyName={['g', 'n']}
        onClick={() => openFloat('notifications')}
      />
      <UnreadMark unread={unread} className="-end-1.5 -top-1" />
    </span>
  );
}

/** On a phone, among the places. */
export function BellTab({ className }: { readonly className: string }) {
  const { unread_notifications: unread } = useSignedIn();
  return (
    <button type="button" className={className} onClick={() => openFloat('notifications')}>
      <span className="relative">
        <BellIcon aria-hidden size={20} strokeWidth={1.75} />
        <UnreadMark unread={unread} className="start-3 -top-2" />
      </span>
      {t('reach.bell')}
      <span className="sr-only">: {bellName(unread)}</span>
    </button>
  );
}

function UnreadMark({ unread, className }: { readonly unread: number; readonly className: string }) {
  if (unread === 0) return null;
  return (
    <span aria-hidden className={`pointer-events-none absolute ${className}`}>
      <CountBadge count={unread} label="" />
    </span>
  );
}

function bellName(unread: number): string {
  return unread === 0 ? t('reach.notifications') : t('reach.notifications_unread', { count: unread });
}
