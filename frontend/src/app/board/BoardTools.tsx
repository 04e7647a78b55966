import { ArrowLeftRight } from 'lucide-react';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { nameOf, type Column } from './columns';

export interface BoardToolsProps {
  readonly columns: readonly Column[];
  readonly here: string | undefined;
  /** One column at a time: which it is has to be chosen. */
  readonly isPhone: boolean;
  readonly onColumn: (key: string) => void;
  /** Undefined: no card is chosen, or none may be moved. */
  readonly onMove: (() => void) | undefined;
}

/** What stands in the head of a board beside what it shows. */
export function BoardTools({ columns, here, isPhone, onColumn, onMove }: BoardToolsProps) {
  return (
    <>
      {isPhone && here !== undefined && (
        <Select
          label={t('board.column')}
          isLabelHidden
          value={here}
          options={columns.map((column) => ({ value: column.key, label: nameOf(column) }))}
          onValueChange={onColumn}
        />
      )}
      {/* In a hand each card has its own: one that came with the first touch would push the card away under it. */}
      {onMove !== undefined && !isPhone && (
        <span className="ms-auto">
          <IconButton icon={ArrowLeftRight} label={t('board.move')} keyName="M" onClick={onMove} />
        </span>
      )}
    </>
  );
}
