import { useRef } from 'react';
import { t } from '@/shared/i18n';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitChoice, DigitList } from '@/shared/ui/DigitList';
import { nameOf, type Column } from './columns';

export interface MoveDialogProps<C extends Column> {
  /** Whose card it is. */
  readonly name: string;
  readonly columns: readonly C[];
  readonly here: string | undefined;
  readonly onClose: () => void;
  readonly onChoose: (column: C) => void;
}

/** The same as dragging, for keys and for fingers. */
export function MoveDialog<C extends Column>({ name, columns, here, onClose, onChoose }: MoveDialogProps<C>) {
  const first = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open
      initialFocus={first}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('board.move_title', { name })}
    >
      <DigitList>
        {columns.map((column, index) => (
          <DigitChoice
            key={column.key}
            ref={index === 0 ? first : undefined}
            digit={index + 1}
            isHere={column.key === here}
            onClick={() => onChoose(column)}
          >
            <bdi className="min-w-0 flex-1 truncate">{nameOf(column)}</bdi>
            {column.key === here && <span className="text-12 text-muted">{t('board.here')}</span>}
          </DigitChoice>
        ))}
      </DigitList>
    </Dialog>
  );
}
