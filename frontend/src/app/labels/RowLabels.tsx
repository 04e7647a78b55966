import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { LabelMark } from '@/shared/ui/LabelMark';
import { labelsOf } from './labels';

const MOST = 2;

/** The line of a name and its labels: what has no room beside the name goes below it, out of sight, dot and all. */
export const NAME_LINE = 'flex h-5 min-w-0 flex-wrap content-start items-center gap-x-2 overflow-hidden';
const PIECE = 'flex h-5 max-w-32 shrink-0 items-center text-11 text-muted';

/** Two labels, and how many more there are. They stand in a `NAME_LINE`. */
export function RowLabels({ ids }: { readonly ids: readonly Id[] }) {
  const labels = labelsOf(
    ids,
    useStore((state) => state.labels),
  );
  if (labels.length === 0) return null;
  const hidden = labels.length - MOST;
  return (
    <>
      <span className="sr-only">{t('row.labels')}</span>
      {labels.slice(0, MOST).map((label) => (
        <LabelMark key={label.id} label={label} className={PIECE} />
      ))}
      {hidden > 0 && <span className={cx(PIECE, 'tabular')}>{t('row.more_labels', { number: hidden })}</span>}
    </>
  );
}
