import { RotateCcw } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { t } from '@/shared/i18n';
import { keyParts, useChangedKeys } from '@/shared/keys/keyboard';
import { canChange, clashOf, KEYMAP, keysWith, type Binding, type Command } from '@/shared/keys/keymap';
import { nameOf } from '@/shared/keys/match';
import { changePreferences, setSingleKeys, usePreferences } from '@/shared/preferences';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Kbd } from '@/shared/ui/Kbd';
import { Switch } from '@/shared/ui/Switch';
import { act } from '../act';
import { Block, Page } from '../parts/Page';

const GROUPS = ['list', 'conversation', 'places', 'desk'] as const satisfies readonly Binding['group'][];
/** Presses that say nothing by themselves, or move about the page. */
const NO_KEYS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified']);

/** The keys of this agent, on every device: off, others than the usual, or none. */
export function Keys() {
  const { has_single_keys: areOn } = usePreferences();
  const changed = useChangedKeys();
  const save = (keys: Readonly<Record<string, string>>): void => void act(() => changePreferences({ keys }));
  return (
    <Page
      group={t('settings.group.you')}
      title={t('settings.keys.title')}
      text={t('settings.keys.text')}
      action={Object.keys(changed).length > 0 && <Button onClick={() => save({})}>{t('settings.keys.reset')}</Button>}
    >
      <Switch
        label={t('settings.keys.single')}
        hint={t('keys.single_hint')}
        checked={areOn}
        onCheckedChange={setSingleKeys}
      />
      {GROUPS.map((group) => (
        <Block key={group} title={t(`keys.group_${group}`)}>
          <ul className="flex flex-col">
            {(Object.keys(KEYMAP) as Command[])
              .filter((command) => KEYMAP[command].group === group && canChange(command))
              .map((command) => (
                <KeyLine key={command} command={command} onSave={save} />
              ))}
          </ul>
        </Block>
      ))}
    </Page>
  );
}

interface KeyLineProps {
  readonly command: Command;
  readonly onSave: (keys: Readonly<Record<string, string>>) => void;
}

function KeyLine({ command, onSave }: KeyLineProps) {
  const changed = useChangedKeys();
  const [isWaiting, setWaiting] = useState(false);
  const [clash, setClash] = useState<{ key: string; owner: string } | null>(null);
  const title = t(KEYMAP[command].title);
  const keys = keysWith(command, changed);

  const take = (event: KeyboardEvent) => {
    if (!isWaiting || event.key === 'Tab') return;
    const name = nameOf(event.nativeEvent);
    if (name === null || NO_KEYS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (name === 'Escape') return end();
    if (name === 'Backspace' || name === 'Delete') return choose('');
    if (name === 'Enter' || name === 'Space') return;
    const owner = clashOf(command, name, changed);
    if (owner === null) return choose(name);
    const others = { undo: t('common.undo'), browser: t('settings.keys.browser') };
    setClash({ key: name, owner: owner in others ? others[owner as 'undo'] : t(KEYMAP[owner as Command].title) });
  };
  const end = () => {
    setWaiting(false);
    setClash(null);
  };
  const choose = (key: string) => {
    end();
    onSave({ ...changed, [command]: key });
  };
  const reset = () => {
    const { [command]: _dropped, ...rest } = changed;
    // The usual key may be somebody else's by now.
    const usual = KEYMAP[command].keys.find((key) => clashOf(command, key, rest) !== null);
    const owner = usual === undefined ? null : clashOf(command, usual, rest);
    if (usual === undefined || owner === null || !(owner in KEYMAP)) return onSave(rest);
    setClash({ key: usual, owner: t(KEYMAP[owner as Command].title) });
  };
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line py-1 text-14 last:border-0">
      <span className="min-w-0 flex-1">{title}</span>
      {clash && (
        <span role="alert" className="text-13 text-danger">
          {t('settings.keys.clash', { key: keyParts(clash.key).join(' '), command: clash.owner })}
        </span>
      )}
      {changed[command] !== undefined && (
        <IconButton icon={RotateCcw} label={t('settings.keys.usual', { command: title })} onClick={reset} />
      )}
      <button
        type="button"
        data-keys="own"
        aria-pressed={isWaiting}
        onClick={() => setWaiting(true)}
        onKeyDown={take}
        onBlur={end}
        className="flex min-h-8 min-w-24 items-center justify-center gap-2 rounded-md border border-line-strong bg-raised px-2 hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-11"
      >
        <span className="sr-only">
          {t('settings.keys.change', {
            command: title,
            key: keys.map((key) => keyParts(key).join(' ')).join(', ') || t('settings.keys.none'),
          })}
        </span>
        {isWaiting ? (
          <span className="text-12 text-accent">{t('settings.keys.press')}</span>
        ) : keys.length === 0 ? (
          <span aria-hidden className="text-12 text-muted">
            {t('settings.keys.none')}
          </span>
        ) : (
          keys.map((key) => <Kbd key={key} keys={keyParts(key)} isExact />)
        )}
      </button>
    </li>
  );
}
