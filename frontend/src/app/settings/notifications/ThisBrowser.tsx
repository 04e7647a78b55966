import { BellRing, Smartphone } from 'lucide-react';
import { useEffect, useState } from 'react';
import { desktopPermission } from '@/app/reach/desktop';
import { pushState, turnPushOff, turnPushOn, type PushState } from '@/app/reach/push';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { FieldNote } from '@/shared/ui/InlineError';
import { showToast } from '@/shared/ui/Toast';
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
      {permission !== 'denied' && <Push onChange={() => setPermission(desktopPermission())} />}
    </Block>
  );
}

function Push({ onChange }: { readonly onChange: () => void }) {
  const [state, setState] = useState<PushState | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => void pushState().then(setState), []);

  const turn = async (work: () => Promise<PushState>) => {
    setIsBusy(true);
    try {
      setState(await work());
    } catch {
      // The browser says in its own words, and not to people, that its maker's service did not answer.
      showToast(t('settings.notifications.push_failed'), { isError: true });
    }
    setIsBusy(false);
    onChange();
  };
  if (state === null) return null;
  if (state === 'impossible') {
    return <FieldNote state="warn">{t('settings.notifications.push_impossible')}</FieldNote>;
  }
  return (
    <div className="flex flex-col items-start gap-2">
      {state === 'on' && <FieldNote state="ok">{t('settings.notifications.push_on')}</FieldNote>}
      <Button icon={Smartphone} isBusy={isBusy} onClick={() => void turn(state === 'on' ? turnPushOff : turnPushOn)}>
        {state === 'on' ? t('settings.notifications.push_end') : t('settings.notifications.push_start')}
      </Button>
      <p className="text-13 text-muted">{t('settings.notifications.push_text')}</p>
    </div>
  );
}
