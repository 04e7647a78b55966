import { Popover } from '@base-ui/react/popover';
import { Check, ExternalLink } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import type { Field, FieldValue } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { LabelDot } from '@/shared/ui/LabelMark';
import { Fact } from './Fact';
import { numberOf, optionsOf, textOfValue } from './fields';
import { InlineText } from './InlineText';
import { MaskedText } from './MaskedText';

export interface FieldLineProps {
  readonly field: Field;
  readonly value: FieldValue | undefined;
  readonly onSave: (value: FieldValue | null) => Promise<boolean>;
  /** Numbers and e-mail addresses are masked from this agent: what stands is read, not replaced. */
  readonly isMasked?: boolean;
  readonly isReadOnly?: boolean;
}

/** A field with its value, edited where it stands, by the type of the field. */
export function FieldLine({ field, value, onSave, isMasked = false, isReadOnly = false }: FieldLineProps) {
  const isReachable = field.type === 'email' || field.type === 'phone';
  return (
    <Fact label={field.name}>
      {isMasked && isReachable && typeof value === 'string' ? (
        <MaskedText value={value} isMasked />
      ) : (
        <FieldEditor field={field} value={value} onSave={onSave} isReadOnly={isReadOnly} />
      )}
    </Fact>
  );
}

export function FieldEditor({ field, value, onSave, isReadOnly = false }: FieldLineProps) {
  switch (field.type) {
    case 'choice':
    case 'choices':
    case 'boolean':
      return isReadOnly ? (
        <bdi>{textOfValue(field, value) || '–'}</bdi>
      ) : (
        <ChoiceEditor field={field} value={value} onSave={onSave} />
      );
    default:
      return (
        <span className="flex min-w-0 items-center gap-1">
          <InlineText
            {...INPUTS[field.type]}
            label={field.name}
            value={value === undefined ? '' : String(value)}
            shown={textOfValue(field, value)}
            mayBeEmpty
            isReadOnly={isReadOnly}
            onSave={(text) => onSave(text === '' ? null : field.type === 'number' ? numberOf(text) : text)}
          />
          {field.type === 'link' && typeof value === 'string' && /^https?:\/\//i.test(value) && (
            <a
              href={value}
              target="_blank"
              rel="noopener noreferrer nofollow"
              aria-label={t('contact.open_link', { name: field.name })}
              className="grid size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
            >
              <ExternalLink aria-hidden size={12} strokeWidth={1.75} />
            </a>
          )}
        </span>
      );
  }
}

const INPUTS = {
  text: {},
  number: { inputMode: 'decimal', dir: 'ltr' },
  date: { type: 'date' },
  link: { type: 'url', dir: 'ltr' },
  email: { type: 'email', dir: 'ltr' },
  phone: { type: 'tel', dir: 'ltr' },
} as const;

/** One or several of a list, or yes and no: arrow keys, Enter, Escape. */
function ChoiceEditor({ field, value, onSave }: FieldLineProps) {
  const [isOpen, setIsOpen] = useState(false);
  const isMany = field.type === 'choices';
  const chosen = field.type === 'boolean' ? [] : optionsOf(field, value).map(({ id }) => id);
  const options =
    field.type === 'boolean'
      ? [
          { id: 'yes', name: t('contact.yes'), colour: undefined, isChosen: value === true },
          { id: 'no', name: t('contact.no'), colour: undefined, isChosen: value === false },
        ]
      : field.options.map((option) => ({ ...option, isChosen: chosen.includes(option.id) }));

  const choose = (id: string, isChosen: boolean) => {
    if (field.type === 'boolean') void onSave(isChosen ? null : id === 'yes');
    else if (isMany) void onSave(isChosen ? chosen.filter((one) => one !== id) : [...chosen, id]);
    else void onSave(isChosen ? null : id);
    if (!isMany) setIsOpen(false);
  };
  const text = textOfValue(field, value);
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        aria-label={
          text === ''
            ? t('contact.fill_in', { label: field.name, value: t('contact.add') })
            : t('contact.edit', { label: field.name, value: text })
        }
        className="-mx-1 flex min-h-6 max-w-full min-w-0 flex-wrap items-center gap-x-2 rounded-sm px-1 text-start hover:bg-hover pointer-coarse:min-h-11"
      >
        {field.type === 'boolean' || text === '' ? (
          <span className={cx('truncate', text === '' && 'text-muted')}>{text || t('contact.add')}</span>
        ) : (
          optionsOf(field, value).map((option, place, all) => (
            <span key={option.id} className="inline-flex min-w-0 items-center gap-1.5">
              <LabelDot colour={option.colour ?? 'grey'} />
              <bdi className="truncate">{option.name}</bdi>
              {place < all.length - 1 && <span className="-ms-1.5 whitespace-pre">, </span>}
            </span>
          ))
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={4} className="z-50">
          <Popover.Popup className="float-in max-h-[min(20rem,var(--available-height))] w-56 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-lg border border-line bg-raised p-1 text-ink shadow-float outline-none">
            <Popover.Title className="sr-only">{field.name}</Popover.Title>
            <div role="listbox" aria-label={field.name} aria-multiselectable={isMany} onKeyDown={moveBetween}>
              {options.map((option) => (
                <button
                  key={option.id}
                  type="button"
                  role="option"
                  aria-selected={option.isChosen}
                  onClick={() => choose(option.id, option.isChosen)}
                  className="flex min-h-8 w-full items-center gap-3 rounded-md px-2 text-start text-14 hover:bg-hover focus-visible:bg-accent-soft focus-visible:outline-none pointer-coarse:min-h-11"
                >
                  <span className="grid size-4 shrink-0 place-items-center text-accent">
                    {option.isChosen && <Check aria-hidden size={16} strokeWidth={1.75} />}
                  </span>
                  {option.colour !== undefined && <LabelDot colour={option.colour} />}
                  <bdi className="truncate">{option.name}</bdi>
                </button>
              ))}
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function moveBetween(event: KeyboardEvent<HTMLDivElement>): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')];
  const place = options.indexOf(document.activeElement as HTMLElement);
  options[(place + by + options.length) % options.length]?.focus();
}
