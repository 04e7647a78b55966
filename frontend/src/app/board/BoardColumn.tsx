import { useEffect, useMemo, useState } from 'react';
import { useMay } from '@/shared/api/session';
import { countConversations } from '@/shared/api/calls';
import type { Count, Id } from '@/shared/api/types';
import { formatNumber } from '@/shared/i18n/format';
import { fieldErrors, problemText } from '@/shared/problem';
import { loadList, loadMore, reloadFound } from '@/shared/store/load';
import type { ListQuery } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { ConversationRow } from '../inbox/ConversationRow';
import { listIds, useList } from '../inbox/select';
import { useSettledIds } from '../inbox/useSettledIds';
import { BoardFrame } from './BoardFrame';
import { mayMoveTo, type Column } from './columns';

/** Rows that move are seen at once; what only the server knows is asked for once in so long, column by column. */
const AGAIN_AFTER_MS = 2_000;

export interface BoardColumnProps {
  readonly column: Column;
  readonly name: string;
  readonly query: ListQuery;
  /** What stands here by now, whatever the server was last asked. */
  readonly live: readonly Id[];
  /** How often something was moved from here: what is shown then is what is so. */
  readonly moves: number;
  readonly active: Id | undefined;
  readonly dragged: Id | undefined;
  readonly onShown: (ids: readonly Id[]) => void;
  readonly onPlace: (id: Id | undefined) => void;
  readonly onOpen: (id: Id) => void;
  readonly onMove: (id: Id) => void;
  readonly onDrag: (id: Id | undefined) => void;
  readonly onDrop: (id: Id) => void;
  /** The server said what stands here; the question left at this time of the page. */
  readonly onAsked: (key: string, askedAt: number) => void;
}

export function BoardColumn(props: BoardColumnProps) {
  const { column, name, query, live, moves, active, dragged } = props;
  const { onShown, onPlace, onOpen, onMove, onDrag, onDrop, onAsked } = props;
  const list = useList(query);
  const epoch = useStore((state) => state.epoch);
  const [count, setCount] = useState<Count>();
  const [failed, setFailed] = useState<string>();
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const mayMove = useMay('conversations:change');

  const settled = useSettledIds(live, isPointed || isFocused || dragged !== undefined, `${column.key} ${moves}`);
  // What left stands on only while the pointer rests here: else nothing is under it that could jump.
  const ids = useMemo(() => {
    const here = new Set(live);
    return isPointed || dragged !== undefined ? settled.ids : settled.ids.filter((id) => here.has(id));
  }, [settled.ids, live, isPointed, dragged]);
  const { fresh, adopt } = settled;
  // Until it is counted again: who came, less who left.
  const shownCount = count && count.total !== null ? count.total + live.length - listIds(list).length : undefined;

  const ask = (reload: (query: ListQuery) => Promise<void>) => {
    const askedAt = performance.now();
    return Promise.all([
      reload(query),
      countConversations(query.filter ?? { kind: 'group', match: 'all', of: [] }),
    ]).then(
      ([, next]) => {
        setCount(next);
        setFailed(undefined);
        onAsked(column.key, askedAt);
      },
      (cause: unknown) => setFailed(fieldErrors(cause).filter ?? problemText(cause)),
    );
  };
  useEffect(() => {
    void ask(loadList);
    // The query is named by the key of this component; a new epoch asks for everything again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [epoch]);
  const isStale = list?.isStale === true;
  useEffect(() => {
    if (!isStale) return;
    const timer = setTimeout(() => void ask(reloadFound), AGAIN_AFTER_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isStale]);
  useEffect(() => onShown(ids), [ids, onShown]);
  return (
    <BoardFrame
      columnKey={column.key}
      name={name}
      {...(column.kind === 'option' && column.option !== null && { colour: column.option.colour })}
      count={shownCount === undefined ? undefined : formatNumber(shownCount) + (count?.is_more === true ? '+' : '')}
      fresh={fresh}
      onFresh={adopt}
      ids={ids}
      isLoaded={list?.isLoaded === true}
      hasMore={list?.next !== null}
      failed={failed}
      active={active}
      dragged={dragged}
      mayDrop={mayMove && dragged !== undefined && mayMoveTo(column)}
      mayMove={mayMove}
      card={(id, isSelected) => <ConversationRow id={id} isSelected={isSelected} />}
      onPlace={onPlace}
      onOpen={onOpen}
      onMove={onMove}
      onDrag={onDrag}
      onDrop={onDrop}
      onNearEnd={() => void loadMore(query).catch(() => undefined)}
      onPointed={setIsPointed}
      onFocused={setIsFocused}
    />
  );
}
