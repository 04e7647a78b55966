/**
 * Macros by one key: letters find one, what it would do stands beside it, Enter does it. What cannot be done here is said
 * before, with the reason, and left out only by a second word.
 */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Conversation, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { cx } from '@/shared/ui/cx';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { paths } from '../paths';
import { fetchMacros } from './calls';
import { findMacros } from './find';
import { takeTyped } from './open';
import { ManyPane } from './ManyPane';
import { PreviewPane, type PaneHandle } from './PreviewPane';
import type { Macro } from './types';

export interface MacroPaletteProps {
  /** Where it is run; null: over many, of which `onMany` knows. */
  readonly conversation: Conversation | null;
  /** The one that is looked at first; null: the most used. */
  readonly macroId: Id | null;
  readonly many?: { readonly number: string; readonly run: (macro: Macro) => void };
  readonly onClose: () => void;
  /** It ended the conversation: the list goes on. */
  readonly onEnded: () => void;
}

export default function MacroPalette({ conversation, macroId, many, onClose, onEnded }: MacroPaletteProps) {
  const [macros, setMacros] = useState<readonly Macro[] | null>(null);
  const [typed, setTyped] = useState('');
  const [activeId, setActiveId] = useState<Id | null>(macroId);
  const [error, setError] = useState('');
  // Enter came before there was anything to run.
  const [isPressed, setPressed] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const pane = useRef<PaneHandle>(null);
  const listId = useId();
  useEffect(() => {
    let isCurrent = true;
    fetchMacros().then(
      (found) => isCurrent && setMacros(found),
      (problem: unknown) => isCurrent && setError(problemText(problem)),
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  const found = findMacros(macros ?? [], typed);
  const active = found.find(({ id }) => id === activeId) ?? found[0];
  const walk = (by: number) => {
    const place = active ? found.indexOf(active) : 0;
    const next = found[Math.max(0, Math.min(found.length - 1, place + by))];
    setActiveId(next?.id ?? null);
    if (next) document.getElementById(`${listId}-${next.id}`)?.scrollIntoView({ block: 'nearest' });
  };
  const press = () => {
    if (pane.current === null) setPressed(true);
    else pane.current.run();
  };
  const onFocus = () => {
    const early = takeTyped();
    if (early === '') return;
    setTyped((before) => before + early.replaceAll('\n', ''));
    if (early.includes('\n')) press();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') walk(1);
    else if (event.key === 'ArrowUp') walk(-1);
    else if (event.key === 'Enter') press();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('macros.run_title')}
      initialFocus={field}
    >
      <div className="flex min-h-0 flex-col gap-4 md:h-[min(26rem,60dvh)] md:flex-row">
        <div className="flex min-h-0 shrink-0 flex-col gap-2 md:w-60">
          <TextField
            ref={field}
            label={t('macros.find')}
            role="combobox"
            aria-expanded={found.length > 0}
            aria-controls={listId}
            aria-activedescendant={active && `${listId}-${active.id}`}
            autoComplete="off"
            dir="auto"
            value={typed}
            onValueChange={(next) => {
              setTyped(next);
              setActiveId(null);
            }}
            onKeyDown={onKeyDown}
            onFocus={onFocus}
          />
          <div
            id={listId}
            role="listbox"
            aria-label={t('macros.title')}
            className="-mx-1 flex min-h-0 flex-col gap-0.5 overflow-y-auto px-1 empty:hidden max-md:max-h-40"
          >
            {found.map((macro) => (
              <Option
                key={macro.id}
                id={`${listId}-${macro.id}`}
                macro={macro}
                isActive={macro === active}
                onChoose={() => {
                  setActiveId(macro.id);
                  field.current?.focus();
                }}
              />
            ))}
          </div>
          {macros !== null && found.length === 0 && <Nothing isEmpty={macros.length === 0} onClose={onClose} />}
          {error !== '' && <InlineError>{error}</InlineError>}
        </div>
        {active && (
          <Side>
            {conversation === null ? (
              <ManyPane
                key={active.id}
                handle={pane}
                macro={active}
                number={many?.number ?? ''}
                onRun={() => many?.run(active)}
              />
            ) : (
              <PreviewPane
                key={active.id}
                handle={pane}
                conversation={conversation}
                macroId={active.id}
                isPressed={isPressed}
                onDone={(isEnded) => {
                  onClose();
                  if (isEnded) onEnded();
                }}
              />
            )}
          </Side>
        )}
      </div>
    </Dialog>
  );
}

/** Where the preview stands: a column of its own, on a phone below. */
function Side({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col border-line max-md:border-t max-md:pt-4 md:border-s md:ps-4">
      {children}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly macro: Macro;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function Option({ id, macro, isActive, onChoose }: OptionProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onClick={onChoose}
      className={cx(
        'flex min-h-9 shrink-0 flex-col justify-center rounded-md px-2 py-1 select-none pointer-coarse:min-h-11',
        isActive ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <bdi className="truncate text-14 font-medium">{macro.name}</bdi>
      {!macro.is_shared && <span className="text-12 text-muted">{t('macros.mine')}</span>}
    </div>
  );
}

function Nothing({ isEmpty, onClose }: { readonly isEmpty: boolean; readonly onClose: () => void }) {
  return (
    <p className="text-13 text-muted">
      {isEmpty ? t('macros.none') : t('macros.not_found')}{' '}
      {isEmpty && (
        <Link href={paths.settings('macros')} onClick={onClose} className="font-medium text-accent hover:underline">
          {t('macros.write_first')}
        </Link>
      )}
    </p>
  );
}
