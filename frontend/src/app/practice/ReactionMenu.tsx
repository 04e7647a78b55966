import { Menu } from '@base-ui/react/menu';
import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import { t } from '@/shared/i18n';

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const CELL =
  'grid size-9 place-items-center rounded-md text-20 select-none data-highlighted:bg-accent-soft data-highlighted:outline-none pointer-coarse:size-11';

export interface ReactionMenuProps {
  readonly trigger: ReactElement;
  /** Empty: the reaction is taken back. */
  readonly onChoose: (emoji: string) => void;
}

/** The six signs that everybody uses, in one row. */
export function ReactionMenu({ trigger, onChoose }: ReactionMenuProps) {
  return (
    <Menu.Root orientation="horizontal">
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner side="top" align="end" sideOffset={4} className="z-50">
          <Menu.Popup className="float-in flex rounded-lg border border-line bg-raised p-1 text-ink shadow-float outline-none">
            {EMOJI.map((emoji) => (
              <Menu.Item key={emoji} onClick={() => onChoose(emoji)} className={CELL}>
                {emoji}
              </Menu.Item>
            ))}
            <Menu.Item aria-label={t('practice.no_reaction')} onClick={() => onChoose('')} className={CELL}>
              <X aria-hidden size={16} strokeWidth={1.75} className="text-muted" />
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
