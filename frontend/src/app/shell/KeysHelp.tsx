import { t } from '@/shared/i18n';
import { useLocation } from 'wouter';
import { keyParts, useChangedKeys, useSingleKeys } from '@/shared/keys/keyboard';
import { KEYMAP, keysWith, type Binding, type Command } from '@/shared/keys/keymap';
import { setSingleKeys } from '@/shared/preferences';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Kbd } from '@/shared/ui/Kbd';
import { Switch } from '@/shared/ui/Switch';
import { paths } from '../paths';
import { closeFloat } from './floats';

const GROUPS = ['list', 'conversation', 'places', 'desk'] as const satisfies readonly Binding['group'][];

/** Every key of the app, and the switch for those who press letters by accident. */
export default function KeysHelp() {
  const areOn = useSingleKeys();
  const changed = useChangedKeys();
  const [, navigate] = useLocation();
  return (
    <Dialog open onOpenChange={() => closeFloat()} title={t('keys.help')}>
      <Switch label={t('keys.single')} hint={t('keys.single_hint')} checked={areOn} onCheckedChange={setSingleKeys} />
      {GROUPS.map((group) => (
        <section key={group}>
          <h3 className="pb-1 text-12 font-medium text-muted">{t(`keys.group_${group}`)}</h3>
          <dl>
            {Object.entries(KEYMAP)
              .filter(([, binding]) => binding.group === group)
              .map(([command, binding]) => (
                <div key={command} className="flex min-h-8 items-center justify-between gap-4 text-14">
                  <dt>{t(binding.title)}</dt>
                  <dd className="flex gap-2">
                    {keysWith(command as Command, changed).map((key) => (
                      <Kbd key={key} keys={keyParts(key)} isExact />
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <Button onClick={() => closeFloat(() => navigate(paths.settings('keys')))}>{t('keys.change')}</Button>
    </Dialog>
  );
}
