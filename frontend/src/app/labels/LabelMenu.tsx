import { Popover } from '@base-ui/react/popover';
import { Check } from 'lucide-react';
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement, type RefObject } from 'react';
import { Link } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import type { Id, Label, LabelKind } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { LabelMark } from '@/shared/ui/LabelMark';
import { paths } from '../paths';
import { findLabels, labelsOfKind } from './labels';

export interface LabelMenuProps extends ChoicesProps {
  readonly title: string;
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  /** Where it stands if its button is not shown. */
  readonly anchor?: RefObject<HTMLElement | null>;
}

/** Every label of a kind with a field to find it: letters, then Enter puts it on or takes it off. */
export function LabelMenu({ title, trigger, isOpen, onOpenChange, anchor, ...choices }: LabelMenuProps) {
  const returnTo = useRef<HTMLElement | null>(null);
  // The field takes the focus as soon as it stands, before the menu looks where the hands were.
  useLayoutEffect(() => {
    if (isOpen && document.activeElement instanceof HTMLElement) returnTo.current = document.activeElement;
  }, [isOpen]);
  return (
    <Popover.Root open={isOpen} onOpenChange={onOpenChange}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={4} anchor={anchor} className="z-50">
          <Popover.Popup
            finalFocus={(how) => (how === 'keyboard' ? returnTo.current : false)}
            className="float-in flex max-h-[min(24rem,var(--available-height))] w-64 max-w-[calc(100vw-1rem)] flex-col rounded-lg border border-line bg-raised text-ink shadow-float outline-none"
          >
            <Popover.Title className="sr-only">{title}</Popover.Title>
            <Choices {...choices} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ChoicesProps {
  readonly kind: LabelKind;
  readonly chosenIds: readonly Id[];
  readonly onToggle: (label: Label, isChosen: boolean) => void;
}

function Choices({ kind, chosenIds, onToggle }: ChoicesProps) {
  const labels = useStore((state) => state.labels);
  const [search, setSearch] = useState('');
  const [place, setPlace] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const all = labelsOfKind(kind, labels);
  const found = findLabels(all, search);
  const pointed = Math.min(place, found.length - 1);

  const toggle = (label: Label) => onToggle(label, !chosenIds.includes(label.id));
  const move = (by: number) => {
    const next = (pointed + by + found.length) % Math.max(1, found.length);
    setPlace(next);
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const label = found[pointed];
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && label) {
      toggle(label);
      event.currentTarget.select(); // what is typed next finds another one
    } else return;
    event.preventDefault();
  };

  if (all.length === 0) return <NoLabels />;
  return (
    <>
      <input
        autoFocus
        value={search}
        dir="auto"
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[pointed] && `${id}-${pointed}`}
        aria-label={t('labels.find')}
        placeholder={t('labels.find')}
        onChange={(event) => {
          setSearch(event.target.value);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
        className="h-10 shrink-0 rounded-t-lg border-b border-line bg-transparent px-3 text-14 outline-none placeholder:text-muted pointer-coarse:h-11 pointer-coarse:text-16"
      />
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-multiselectable
        aria-label={t('labels.title')}
        className="min-h-0 overflow-y-auto p-1 empty:hidden"
      >
        {found.map((label, index) => (
          <div
            key={label.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosenIds.includes(label.id)}
            onPointerMove={() => setPlace(index)}
            onClick={() => toggle(label)}
            className={cx(
              'flex min-h-8 items-center gap-3 rounded-md px-2 text-14 select-none pointer-coarse:min-h-11',
              index === pointed && 'bg-accent-soft',
            )}
          >
            <span className="grid size-4 shrink-0 place-items-center text-accent">
              {chosenIds.includes(label.id) && <Check aria-hidden size={16} strokeWidth={1.75} />}
            </span>
            <LabelMark label={label} />
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-3 py-2.5 text-13 text-muted">{t('labels.not_found')}</p>}
    </>
  );
}

function NoLabels() {
  const { permissions } = useSignedIn().agent;
  return (
    <p className="p-3 text-13 text-muted">
      {t('labels.none')}{' '}
      {permissions.includes('labels:manage') && (
        <Link href={paths.settings('labels')} className="text-accent hover:underline">
          {t('labels.make')}
        </Link>
      )}
    </p>
  );
}
