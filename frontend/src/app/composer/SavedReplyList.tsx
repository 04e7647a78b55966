/**
 * Saved replies above the box, the chosen one beside them as this customer will read it. They push the thread up instead of
 * lying over it: what the customer asked last must be seen while the answer is chosen.
 */
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { FilledPiece, FilledReply } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { variableName } from '@/shared/replyVariables';
import { cx } from '@/shared/ui/cx';
import { Kbd } from '@/shared/ui/Kbd';
import { paths } from '../paths';
import { textOf } from './savedReplies';
import type { SlashList } from './useSlash';

export function replyOptionId(listId: string, reply: FilledReply): string {
  return `${listId}-${reply.id}`;
}

export function SavedReplyList({ id, list }: { readonly id: string; readonly list: SlashList }) {
  return (
    // The box keeps the focus: a press here must not take it.
    <div
      onMouseDown={(event) => event.preventDefault()}
      className="flex max-h-[min(14rem,35dvh)] overflow-hidden rounded-t-lg border-b border-line"
    >
      {list.found.length > 0 ? (
        <>
          <Options id={id} list={list} />
          {list.active && <Preview reply={list.active} />}
        </>
      ) : (
        <Nothing list={list} />
      )}
    </div>
  );
}

function Options({ id, list }: { readonly id: string; readonly list: SlashList }) {
  const activeId = list.active && replyOptionId(id, list.active);
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t('reply.list')}
      aria-activedescendant={activeId}
      tabIndex={0}
      onKeyDown={list.onKeyDown}
      onBlur={() => list.onEntered(false)}
      className="min-w-0 flex-1 overflow-y-auto p-1 md:max-w-72 md:border-e md:border-line"
    >
      {list.found.map((reply) => (
        <div
          key={reply.id}
          id={replyOptionId(id, reply)}
          role="option"
          aria-selected={reply === list.active}
          onMouseMove={() => list.onActive(reply.id)}
          onClick={() => list.choose(reply)}
          className={cx(
            'flex min-h-11 flex-col justify-center rounded-md px-2.5 py-1 select-none',
            reply === list.active && 'bg-accent-soft',
          )}
        >
          <span className="flex items-baseline justify-between gap-3 text-13">
            <span dir="auto" className="truncate text-aligned font-medium">
              {reply.title}
            </span>
            <span className="shrink-0 text-12 text-muted">
              {reply.shortcut ? `/${reply.shortcut}` : !reply.is_shared && t('reply.mine')}
            </span>
          </span>
          <span dir="auto" className="truncate text-aligned text-12 text-muted">
            {textOf(reply)}
          </span>
        </div>
      ))}
    </div>
  );
}

function Preview({ reply }: { readonly reply: FilledReply }) {
  return (
    <div className="flex min-w-0 flex-1 flex-col justify-between gap-3 p-3 max-md:hidden">
      <p
        dir="auto"
        aria-label={t('reply.preview')}
        role="note"
        className="min-h-0 overflow-hidden text-14 text-aligned break-words whitespace-pre-wrap"
      >
        {reply.pieces.map((piece, index) => (
          <Piece key={index} piece={piece} />
        ))}
      </p>
      <p className="flex shrink-0 flex-wrap gap-x-4 gap-y-1 text-12 text-muted">
        <span className="flex items-center gap-1.5">
          <Kbd keys="Enter" />
          {t('reply.put')}
        </span>
        <span className="flex items-center gap-1.5">
          <Kbd keys="Escape" />
          {t('reply.leave')}
        </span>
      </p>
    </div>
  );
}

function Piece({ piece }: { readonly piece: FilledPiece }) {
  if (piece.variable === null || piece.variable === undefined) return piece.text;
  if (!piece.is_missing) return <span className="rounded-sm bg-accent-soft px-0.5">{piece.text}</span>;
  return (
    <span className="rounded-sm bg-warn-tint px-0.5 font-medium text-warn">
      {t('reply.missing', { what: variableName(piece.variable) })}
    </span>
  );
}

function Nothing({ list }: { readonly list: SlashList }) {
  const isEmpty = list.replies?.length === 0;
  return (
    <div
      role="status"
      className="flex min-h-11 flex-1 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-13 text-muted"
    >
      {list.hasFailed
        ? t('reply.failed')
        : list.replies === null
          ? t('common.loading')
          : isEmpty
            ? t('reply.none')
            : t('reply.not_found')}
      {isEmpty && (
        <Link href={paths.settings('replies')} className="font-medium text-accent hover:underline">
          {t('reply.write_first')}
        </Link>
      )}
      <span className="ms-auto flex items-center gap-1.5 text-12 max-md:hidden">
        <Kbd keys="Escape" />
        {t('reply.leave')}
      </span>
    </div>
  );
}
