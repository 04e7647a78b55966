import { Popover } from '@base-ui/react/popover';
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '@/shared/i18n';
import { EMOJI, GROUPS, keepEmoji, recentEmoji } from './emoji';

const PER_ROW = 8;

export interface EmojiPickerProps {
  readonly trigger: ReactElement;
  readonly onChoose: (emoji: string) => void;
  readonly onClose: () => void;
}

/** Signs by what they are about, the last used first; arrows walk them, Enter takes one. */
export default function EmojiPicker({ trigger, onChoose, onClose }: EmojiPickerProps) {
  const [recent] = useState(recentEmoji);
  const groups = [
    ...(recent.length > 0 ? [{ name: 'recent' as const, signs: recent }] : []),
    ...GROUPS.map((name) => ({ name, signs: EMOJI[name].split(' ') })),
  ];
  const choose = (emoji: string) => {
    keepEmoji(emoji);
    onChoose(emoji);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: PER_ROW, ArrowUp: -PER_ROW };
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1;
    const step = (steps[event.key] ?? 0) * (event.key === 'ArrowRight' || event.key === 'ArrowLeft' ? rtl : 1);
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const place = buttons.findIndex((button) => button === document.activeElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, place + step))]?.focus();
  };
  let isFirst = true;
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={6} className="z-50">
          <Popover.Popup
            aria-label={t('emoji.label')}
            onKeyDown={onKeyDown}
            className="float-in max-h-72 w-[19rem] overflow-y-auto rounded-lg border border-line bg-raised p-2 text-ink shadow-float outline-none"
          >
            {groups.map(({ name, signs }) => (
              <section key={name} aria-label={t(`emoji.${name}`)} className="pb-1.5">
                <h3 className="px-1 pb-0.5 text-12 font-medium text-muted">{t(`emoji.${name}`)}</h3>
                <div className="grid grid-cols-8">
                  {signs.map((emoji) => {
                    const tabIndex = isFirst ? 0 : -1;
                    isFirst = false;
                    return (
                      <button
                        key={emoji}
                        type="button"
                        tabIndex={tabIndex}
                        aria-label={emoji}
                        onClick={() => choose(emoji)}
                        className="grid h-8 place-items-center rounded-md text-20 hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:h-11"
                      >
                        {emoji}
                      </button>
                    );
                  })}
                </div>
              </section>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
