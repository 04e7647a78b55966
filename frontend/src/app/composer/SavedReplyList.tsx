/**
 * Saved replies above the box, the chosen one beside them as this customer will read it. They push the thread up instead of
 * lying over it: what the customer asked last must be seen while the answer is chosen.
 */
import { Paperclip, RefreshCw } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { FilledPiece, FilledReply, FilledWording } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { variableName } from '@/shared/replyVariables';
import { cx } from '@/shared/ui/cx';
import { Kbd } from '@/shared/ui/Kbd';
import { languageName } from '../contact/languages';
import { paths } from '../paths';
import { languagesOf, textOf, wordingsOf, type Said } from './savedReplies';
import { replyOptionId, type SlashList } from './useSlash';

export function SavedReplyList({ id, list }: { readonly id: string; readonly list: SlashList }) {
  return (
    // The box keeps the focus: a press here must not take it.
    <div
      onMouseDown={(event) => event.preventDefault()}
      className="flex max-h-[min(14rem,35dvh)] overflow-hidden rounded-t-lg border-b border-line max-md:flex-col"
    >
      {list.found.length > 0 ? (
        <>
          <Spoken list={list} />
          <Options id={id} list={list} />
          {list.active && list.said && <Preview list={list} reply={list.active} said={list.said} />}
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
      className="min-h-0 min-w-0 flex-1 overflow-y-auto p-1 md:max-w-72 md:border-e md:border-line"
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
            <span className="flex shrink-0 items-center gap-1.5 text-12 text-muted">
              {reply.files.length > 0 && (
                <span className="flex items-center gap-0.5">
                  <Paperclip aria-hidden size={12} strokeWidth={1.75} />
                  <span aria-hidden>{reply.files.length}</span>
                  <span className="sr-only">{t('reply.files', { count: reply.files.length })}</span>
                </span>
              )}
              {reply.shortcut ? `/${reply.shortcut}` : !reply.is_shared && t('reply.mine')}
            </span>
          </span>
          <span dir="auto" className="truncate text-aligned text-12 text-muted">
            {textOf(list.saidFor(reply))}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Where there is no room for a preview: in which language and with which variant the replies are read, and put. */
function Spoken({ list }: { readonly list: SlashList }) {
  const languages = languagesOf(list.replies ?? []);
  const hasVariants = list.found.some((reply) => list.saidFor(reply).count > 1);
  if (languages.length === 0 && !hasVariants) return null;
  return (
    <div className="flex shrink-0 items-center justify-between gap-1 border-b border-line p-1 md:hidden">
      {languages.length > 0 && <SpokenLanguages list={list} languages={languages} />}
      {hasVariants && (
        <button
          type="button"
          tabIndex={-1}
          onClick={() => list.onTurn(true)}
          className="ms-auto flex h-8 shrink-0 items-center gap-1.5 rounded-full px-3 text-13 font-medium text-muted hover:bg-hover pointer-coarse:h-11"
        >
          <RefreshCw aria-hidden size={14} strokeWidth={1.75} />
          {t('reply.variant')}
        </button>
      )}
    </div>
  );
}

interface SpokenLanguagesProps {
  readonly list: SlashList;
  readonly languages: readonly string[];
}

function SpokenLanguages({ list, languages }: SpokenLanguagesProps) {
  return (
    <div role="group" aria-label={t('reply.languages')} className="flex min-w-0 gap-1 overflow-x-auto">
      {[null, ...languages].map((language) => (
        <button
          key={language ?? 'customer'}
          type="button"
          tabIndex={-1}
          aria-pressed={language === list.spoken}
          onClick={() => list.onSpoken(language)}
          className={cx(
            'h-8 shrink-0 rounded-full px-3 text-13 font-medium pointer-coarse:h-11',
            language === list.spoken ? 'bg-accent-soft text-ink' : 'text-muted hover:bg-hover',
          )}
        >
          {language === null
            ? t('reply.language_customer')
            : language === ''
              ? t('reply.language_unsaid')
              : languageName(language)}
        </button>
      ))}
    </div>
  );
}

interface PreviewProps {
  readonly list: SlashList;
  readonly reply: FilledReply;
  readonly said: Said;
}

function Preview({ list, reply, said }: PreviewProps) {
  const wordings = wordingsOf(reply);
  return (
    <div className="flex min-w-0 flex-1 flex-col justify-between gap-3 p-3 max-md:hidden">
      {wordings.length > 1 && <Languages list={list} wordings={wordings} language={said.language} />}
      <p
        dir="auto"
        lang={said.language || undefined}
        aria-label={t('reply.preview')}
        role="note"
        className="min-h-0 overflow-hidden text-14 text-aligned break-words whitespace-pre-wrap"
      >
        {said.pieces.map((piece, index) => (
          <Piece key={index} piece={piece} />
        ))}
      </p>
      {reply.files.length > 0 && <Files reply={reply} />}
      <p className="flex shrink-0 flex-wrap gap-x-4 gap-y-1 text-12 text-muted">
        <span className="flex items-center gap-1.5">
          <Kbd keys="Enter" />
          {t('reply.put')}
        </span>
        {wordings.length > 1 && (
          <span className="flex items-center gap-1.5">
            <Kbd keys="ArrowRight" />
            {t('reply.language')}
          </span>
        )}
        {said.count > 1 && (
          <span className="flex items-center gap-1.5">
            <Kbd keys="ArrowLeft" />
            {t('reply.variant')}
            <span className="tabular">
              {t('reply.variant_of', { place: formatNumber(said.place + 1), count: formatNumber(said.count) })}
            </span>
          </span>
        )}
        <span className="flex items-center gap-1.5">
          <Kbd keys="Escape" />
          {t('reply.leave')}
        </span>
      </p>
    </div>
  );
}

interface LanguagesProps {
  readonly list: SlashList;
  readonly wordings: readonly FilledWording[];
  readonly language: string;
}

function Languages({ list, wordings, language: chosen }: LanguagesProps) {
  return (
    <div role="group" aria-label={t('reply.languages')} className="flex shrink-0 gap-1 overflow-x-auto">
      {wordings.map(({ language }) => (
        <button
          key={language}
          type="button"
          tabIndex={-1}
          aria-pressed={language === chosen}
          onClick={() => list.onLanguage(language)}
          className={cx(
            'shrink-0 rounded-full px-2 py-0.5 text-12 font-medium',
            language === chosen ? 'bg-accent-soft text-ink' : 'text-muted hover:bg-hover',
          )}
        >
          {language === '' ? t('reply.language_unsaid') : languageName(language)}
        </button>
      ))}
    </div>
  );
}

function Files({ reply }: { readonly reply: FilledReply }) {
  return (
    <ul aria-label={t('reply.files', { count: reply.files.length })} className="flex shrink-0 gap-2 overflow-x-auto">
      {reply.files.map((file) => (
        <li key={file.id} className="flex max-w-44 shrink-0 items-center gap-1.5 rounded-md border border-line p-1">
          {file.mime.startsWith('image/') ? (
            <img src={file.url} alt="" loading="lazy" className="size-8 rounded-sm object-cover" />
          ) : (
            <span className="grid size-8 shrink-0 place-items-center rounded-sm bg-press">
              <Paperclip aria-hidden size={14} strokeWidth={1.75} />
            </span>
          )}
          <bdi className="truncate text-12">{file.name}</bdi>
        </li>
      ))}
    </ul>
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
