import { memo, useEffect, useMemo, useState } from 'react';
import type { ContactRow, Filter, Id } from '@/shared/api/types';
import { formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { LabelMark } from '@/shared/ui/LabelMark';
import { VipMark } from '@/shared/ui/VipMark';
import { BoardFrame } from '../board/BoardFrame';
import { contactFilterOf, nameOf, type OptionColumn } from '../board/columns';
import { useSettledIds } from '../inbox/useSettledIds';
import { labelsOf } from '../labels/labels';
import type { Answer } from './contactPlaces';
import { nameOfRow } from './nameOfRow';
import { useColumnContacts, useContactCount } from './useContacts';

export type Found = Answer;

export interface ContactColumnProps {
  readonly column: OptionColumn;
  readonly search: string;
  readonly filter: Filter;
  /** On a phone one column is seen at a time; the others are asked all the same, for cards go to and fro. */
  readonly isHidden: boolean;
  readonly live: readonly Id[];
  /** How often something was moved from here: what is shown then is what is so. */
  readonly moves: number;
  readonly row: (id: Id) => ContactRow | undefined;
  readonly mayMove: boolean;
  readonly active: Id | undefined;
  readonly dragged: Id | undefined;
  readonly onFound: (found: Found) => void;
  readonly onShown: (ids: readonly Id[]) => void;
  readonly onPlace: (id: Id | undefined) => void;
  readonly onOpen: (id: Id) => void;
  readonly onMove: (id: Id) => void;
  readonly onDrag: (id: Id | undefined) => void;
  readonly onDrop: (id: Id) => void;
}

export function ContactColumn(props: ContactColumnProps) {
  const { column, search, filter, live, moves, dragged, mayMove, onFound, onShown } = props;
  const asked = useMemo(() => contactFilterOf(column, filter), [column, filter]);
  const query = useColumnContacts(search, asked);
  const count = useContactCount(search, asked, true);
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  useEffect(() => {
    if (data !== undefined) onFound({ rows, askedAt: Math.min(...data.pages.map(({ askedAt }) => askedAt)) });
    // What is done with it differs with every render; what was found does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data]);
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const settled = useSettledIds(live, isPointed || isFocused || dragged !== undefined, `${column.key} ${moves}`);
  // What left stands on only while the pointer rests here: else nothing is under it that could jump.
  const ids = useMemo(() => {
    const here = new Set(live);
    return isPointed || dragged !== undefined ? settled.ids : settled.ids.filter((id) => here.has(id));
  }, [settled.ids, live, isPointed, dragged]);
  useEffect(() => {
    onShown(ids);
  }, [ids, onShown]);
  if (props.isHidden) return null;
  // Until it is counted again: who came, less who left.
  const shownCount = count && Math.max(0, count.total + live.length - rows.length);
  return (
    <BoardFrame
      columnKey={column.key}
      name={nameOf(column)}
      {...(column.option !== null && { colour: column.option.colour })}
      count={shownCount === undefined ? undefined : formatNumber(shownCount) + (count?.is_more === true ? '+' : '')}
      fresh={settled.fresh}
      onFresh={settled.adopt}
      ids={ids}
      isLoaded={data !== undefined}
      hasMore={query.hasNextPage}
      failed={query.isError ? problemText(query.error) : undefined}
      active={props.active}
      dragged={dragged}
      mayDrop={dragged !== undefined && mayMove}
      mayMove={mayMove}
      card={(id, isSelected) => <Card row={props.row(id)} isSelected={isSelected} />}
      onPlace={props.onPlace}
      onOpen={props.onOpen}
      onMove={props.onMove}
      onDrag={props.onDrag}
      onDrop={props.onDrop}
      onNearEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
      onPointed={setIsPointed}
      onFocused={setIsFocused}
    />
  );
}

interface CardProps {
  readonly row: ContactRow | undefined;
  readonly isSelected: boolean;
}

const Card = memo(function Card({ row, isSelected }: CardProps) {
  const known = useStore((state) => state.labels);
  if (row === undefined) return <div className="h-16" />;
  const name = nameOfRow(row);
  const labels = labelsOf(row.label_ids, known);
  const second = [row.company?.name, row.name === '' ? '' : row.phone || row.email].filter(Boolean).join(' · ');
  return (
    <div
      className={cx(
        'flex min-h-16 items-center gap-3 rounded-md px-2.5 py-2 text-13',
        isSelected ? 'bg-accent-soft' : 'group-hover/row:bg-hover',
      )}
    >
      <Avatar name={name} seed={row.id} size={28} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex min-w-0 items-center gap-1.5">
          <bdi className="truncate text-14 font-medium">{name}</bdi>
          {row.is_vip && <VipMark />}
        </span>
        {second !== '' && <bdi className="truncate text-12 text-muted">{second}</bdi>}
        {labels.length > 0 && (
          <span className="flex flex-wrap gap-x-3 text-12 text-muted">
            {labels.map((label) => (
              <LabelMark key={label.id} label={label} />
            ))}
          </span>
        )}
      </span>
    </div>
  );
});
