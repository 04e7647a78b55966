import { CalendarDays, DoorOpen, Keyboard, LogOut } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { signOut, useMay, useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { canRun, runCommand, useCommands } from '@/shared/keys/keyboard';
import type { Theme } from '@/shared/look';
import { countUnsent } from '@/shared/outbox/outbox';
import { changePreferences, usePreferences } from '@/shared/preferences';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { choiceOf, choices, choose, type Choice } from '../availability/say';
import { availabilityText } from '../availability/words';
import { paths } from '../paths';
import { openFloat } from './floats';

const ConfirmDialog = lazy(async () => ({ default: (await import('@/shared/ui/Dialog')).ConfirmDialog }));

export function PersonMenu() {
  const { person } = useSignedIn();
  const { theme } = usePreferences();
  const me = useStore((state) => state.agents.get(state.me));
  const [, navigate] = useLocation();
  const seesRota = useMay('agents:read');
  const [isOpen, setIsOpen] = useState(false);
  useCommands({ availability: () => setIsOpen(true) });
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Menu
        open={isOpen}
        onOpenChange={setIsOpen}
        side="inline-end"
        align="end"
        trigger={
          <button type="button" className="grid rounded-full">
            <Avatar name={person.name} isSelf size={28} availability={me?.availability} ground="canvas" />
            <span className="sr-only">
              {t('shell.person', { name: person.name })}
              {me && ` ${availabilityText(me)}`}
            </span>
          </button>
        }
      >
        <p className="px-2 pt-1 text-13 font-medium" dir="auto">
          {person.name}
        </p>
        <p className="px-2 pb-1 text-12 text-muted">{person.email}</p>
        <MenuSeparator />
        {me && (
          <>
            <MenuChoice<Choice>
              label={t('availability.title')}
              value={choiceOf(me)}
              options={choices()}
              onValueChange={choose}
            />
            {canRun('finish') && (
              <MenuItem icon={DoorOpen} onClick={() => void runCommand('finish')}>
                {t('keys.finish')}
              </MenuItem>
            )}
            {seesRota && (
              <MenuItem icon={CalendarDays} onClick={() => navigate(paths.settings('rota'))}>
                {t('shell.rota')}
              </MenuItem>
            )}
            <MenuSeparator />
          </>
        )}
        <MenuChoice<Theme>
          label={t('shell.theme')}
          value={theme}
          options={[
            { value: 'system', label: t('shell.theme_system') },
            { value: 'light', label: t('shell.theme_light') },
            { value: 'dark', label: t('shell.theme_dark') },
          ]}
          onValueChange={(next) => void changePreferences({ theme: next }).catch(() => undefined)}
        />
        <MenuSeparator />
        <MenuItem icon={Keyboard} keyName="?" onClick={() => openFloat('help')}>
          {t('shell.keys')}
        </MenuItem>
        <MenuItem icon={LogOut} onClick={() => (countUnsent() > 0 ? setIsAsking(true) : void signOut())}>
          {t('shell.sign_out')}
        </MenuItem>
      </Menu>
      {isAsking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            open={isAsking}
            onOpenChange={setIsAsking}
            title={t('shell.unsent_title')}
            description={t('shell.unsent_text')}
            action={t('shell.sign_out')}
            onConfirm={() => void signOut()}
          />
        </Suspense>
      )}
    </>
  );
}
