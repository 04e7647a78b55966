import { BellRing } from 'lucide-react';
import { useState } from 'react';
import { desktopPermission } from '@/app/reach/desktop';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { FieldNote } from '@/shared/ui/InlineError';
import { Block } from '../parts/Page';

/** What only this browser can allow. It is asked by a button that says what will come, never by itself. */
export function ThisBrowser() {
  const [permission, setPermission] = useState(desktopPermission);
  const ask = async () => {
    await Notification.requestPermission();
    setPermission(desktopPermission());
  };
  return (
    <Block title={t('settings.notifications.browser')} text={t('settings.notifications.browser_text')}>
      {permission === 'granted' && <FieldNote state="ok">{t('settings.notifications.desktop_granted')}</FieldNote>}
      {permission === 'denied' && <FieldNote state="warn">{t('settings.notifications.desktop_denied')}</FieldNote>}
      {permission === 'later' && (
        <Button icon={BellRing} className="self-start" onClick={() => void ask()}>
          {t('settings.notifications.desktop_allow')}
        </Button>
      )}
    </Block>
  );
}
