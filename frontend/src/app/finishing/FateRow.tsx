import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { FieldNote } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { paths } from '../paths';
import type { Fate } from './fates';

export interface FateRowProps {
  readonly picture: ReactNode;
  readonly name: string;
  readonly conversationId: Id;
  /** What is known of it, below the name. */
  readonly children: ReactNode;
  readonly fate: Fate;
  readonly fates: readonly Fate[];
  readonly nameOf: (fate: Fate) => { label: string };
  readonly onChoose: (fate: Fate) => void;
  /** What the fate asks for further. */
  readonly more?: ReactNode;
  /** Why it could not be done as it was wished. */
  readonly refused: string | undefined;
}

/** Something that is left behind: what it is on one side, and what becomes of it on the other. */
export function FateRow(props: FateRowProps) {
  const { picture, name, conversationId, children, fate, fates, nameOf, onChoose, more, refused } = props;
  return (
    <li
      data-refused={refused !== undefined || undefined}
      className="flex gap-3 border-b border-line py-3 max-md:flex-col"
    >
      <div className="flex min-w-0 flex-1 gap-3">
        {picture}
        <div className="min-w-0 flex-1">
          <Link
            href={paths.inbox('open', conversationId)}
            dir="auto"
            className="block max-w-full truncate text-14 font-medium hover:underline pointer-coarse:leading-6"
          >
            {name}
          </Link>
          {children}
        </div>
      </div>
      <div className="flex w-72 min-w-0 flex-col gap-2 max-md:w-full max-md:ps-12">
        <Select<Fate>
          label={t('finishing.fate', { name })}
          isLabelHidden
          value={fate}
          options={[...(fate === '' ? ([''] as const) : []), ...fates].map((value) => ({ value, ...nameOf(value) }))}
          onValueChange={onChoose}
        />
        {more}
        <div aria-live="polite" className="empty:hidden">
          {refused !== undefined && <FieldNote state="failed">{refused}</FieldNote>}
        </div>
      </div>
    </li>
  );
}
