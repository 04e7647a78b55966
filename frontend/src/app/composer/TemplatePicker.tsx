import { CalendarClock, Paperclip, Pencil, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { fetchTemplates } from '@/shared/api/calls';
import type { Conversation, Id, TemplateContent, Time } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { cx } from '@/shared/ui/cx';
import { Queries } from '../queries';
import { onFocusComposer } from './focus';
import { useCustomerLanguage } from './language';
import {
  fillPlaces,
  inLanguage,
  readTemplate,
  templateContent,
  valueKey,
  type Template,
  type TemplateVariable,
} from './templates';

const SendLaterDialog = lazy(() => import('./SendLaterDialog'));

export interface TemplatePickerProps {
  readonly channelId: Id;
  readonly contactName: string;
  /** Undefined: a number that nobody is known by. */
  readonly contactId: Id | undefined;
  /** A free reply that is kept for later. */
  readonly draft: string;
  readonly modes: ReactNode;
  readonly onSend: (content: TemplateContent, file: File | null) => void;
  /** Where it may be sent later. */
  readonly later?: Later;
}

interface Later {
  readonly conversation: Conversation;
  /** False if it could not be scheduled; why was said. */
  readonly onSchedule: (content: TemplateContent, file: File | null, dueAt: Time) => Promise<boolean>;
}

export function TemplatePicker(props: TemplatePickerProps) {
  return (
    <Queries>
      <Picker {...props} />
    </Queries>
  );
}

/** In the box's own place: templates at the start, what fills them at the end, below them the message as it will arrive. */
function Picker({ channelId, contactName, contactId, draft, modes, onSend, later }: TemplatePickerProps) {
  const { templates: all, isPending, hasFailed } = useTemplates(channelId);
  const language = useCustomerLanguage(contactId);
  const templates = useMemo(() => inLanguage(all, language), [all, language]);
  const [search, setSearch] = useState('');
  const [chosenId, setChosenId] = useState<string | null>(null);
  const found = templates.filter((template) =>
    `${template.name} ${template.body}`.toLowerCase().includes(search.trim().toLowerCase()),
  );
  const chosen = found.find((template) => template.id === chosenId) ?? found[0];
  const field = useRef<HTMLInputElement>(null);
  const takeFocus = () => field.current?.focus();
  useEffect(() => onFocusComposer((mode) => mode !== 'note' && takeFocus()), []);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0)
      setChosenId(found[(found.findIndex((one) => one === chosen) + by + found.length) % found.length]?.id ?? null);
    else if (event.key === 'Enter') goOn(field.current?.closest('[data-composer]')?.querySelector('form') ?? null);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line p-1.5">
        {modes}
        <label className="flex h-7 min-w-0 items-center gap-2 px-2 text-13 text-muted">
          <Search aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
          <input
            ref={field}
            type="search"
            value={search}
            onKeyDown={onKeyDown}
            onChange={(event) => setSearch(event.target.value)}
            aria-label={t('template.search')}
            placeholder={t('template.search_in', { count: templates.length })}
            className="w-40 min-w-0 bg-transparent text-ink outline-none placeholder:text-muted pointer-coarse:text-16"
          />
        </label>
      </div>
      {isPending && <Skeleton className="p-4" />}
      {hasFailed && <p className="p-4 text-13 text-muted">{t('common.offline')}</p>}
      {!isPending && !hasFailed && found.length === 0 && (
        <p className="p-4 text-13 text-muted">
          {templates.length === 0 ? t('template.none') : t('template.not_found')}
        </p>
      )}
      {chosen && (
        <Filling
          key={chosen.id}
          templates={found}
          template={chosen}
          contactName={contactName}
          draft={draft}
          onChoose={setChosenId}
          onSend={onSend}
          later={later}
        />
      )}
    </>
  );
}

function useTemplates(channelId: Id): { templates: Template[]; isPending: boolean; hasFailed: boolean } {
  const epoch = useStore((state) => state.templateEpoch);
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['templates', channelId], queryFn: () => fetchTemplates(channelId) });
  useEffect(() => {
    if (epoch > 0) void client.invalidateQueries({ queryKey: ['templates', channelId] });
  }, [epoch, client, channelId]);
  const templates = useMemo(
    () => (query.data ?? []).filter((record) => record.status.toLowerCase() === 'approved').map(readTemplate),
    [query.data],
  );
  return { templates, isPending: query.isPending, hasFailed: query.isError && !query.data };
}

/** To the first place that is still empty, else to the button that sends. */
function goOn(form: HTMLFormElement | null): void {
  const places = form?.querySelectorAll<HTMLInputElement>('[data-places] input:not([type=file])') ?? [];
  const empty = [...places].find((place) => place.value.trim() === '');
  (empty ?? form?.querySelector<HTMLElement>('button[type=submit]'))?.focus();
}

interface FillingProps {
  readonly templates: readonly Template[];
  readonly template: Template;
  readonly contactName: string;
  readonly draft: string;
  readonly onChoose: (id: string) => void;
  readonly onSend: TemplatePickerProps['onSend'];
  readonly later: Later | undefined;
}

function Filling({ templates, template, contactName, draft, onChoose, onSend, later }: FillingProps) {
  const [isChoosingTime, setChoosingTime] = useState(false);
  const [values, setValues] = useState<Record<string, string>>(() => firstValues(template, contactName));
  const [file, setFile] = useState<File | null>(null);
  const isComplete =
    template.variables.every((variable) => values[valueKey(variable)]?.trim()) &&
    (template.headerMedia === null || file !== null);
  const send = () => {
    if (isComplete) onSend(templateContent(template, values), file);
  };
  const hasFields = template.variables.length > 0 || template.headerMedia !== null;
  return (
    <form
      // What is being filled in stays, whatever is learnt of the customer meanwhile.
      onFocus={() => onChoose(template.id)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        // While a place is empty the button is off, and Enter would do nothing.
        const isInPlace = event.target instanceof HTMLInputElement && event.target.type !== 'file';
        if (event.key !== 'Enter' || isComplete || !isInPlace || event.nativeEvent.isComposing) return;
        event.preventDefault();
        goOn(event.currentTarget);
      }}
      className="flex min-h-0 flex-col"
    >
      <div className="flex min-h-0 max-md:flex-col">
        <Choices templates={templates} chosenId={template.id} onChoose={onChoose} />
        {hasFields && (
          <div
            data-places
            className="flex max-h-52 w-52 shrink-0 flex-col gap-2 overflow-y-auto border-s border-line p-3 max-md:max-h-36 max-md:w-full max-md:border-s-0 max-md:border-t"
          >
            {template.headerMedia !== null && <HeaderFile media={template.headerMedia} file={file} onFile={setFile} />}
            {template.variables.map((variable) => (
              <Place
                key={valueKey(variable)}
                variable={variable}
                value={values[valueKey(variable)] ?? ''}
                draft={variable.part === 'button' ? '' : draft}
                onValue={(value) => setValues({ ...values, [valueKey(variable)]: value })}
              />
            ))}
          </div>
        )}
      </div>
      <div className="border-t border-line p-3">
        <Preview template={template} values={values} />
        <div className="flex flex-wrap items-center justify-between gap-2 pt-3">
          <span className="flex items-center gap-1.5 text-12 text-muted">
            {draft !== '' && (
              <>
                <Pencil aria-hidden size={14} strokeWidth={1.75} />
                {t('template.draft_kept', { count: draft.length })}
              </>
            )}
          </span>
          <span className="flex items-center gap-2">
            {later && (
              <IconButton
                icon={CalendarClock}
                label={t('keys.schedule')}
                disabled={!isComplete}
                onClick={() => setChoosingTime(true)}
              />
            )}
            <Button type="submit" look={isComplete ? 'filled' : 'outlined'} disabled={!isComplete} keyName="Enter">
              {t('template.send')}
            </Button>
          </span>
        </div>
        {isChoosingTime && later && (
          <Suspense fallback={null}>
            <SendLaterDialog
              conversation={later.conversation}
              title={t('schedule.title')}
              action={t('schedule.save')}
              isTemplate
              onClose={() => setChoosingTime(false)}
              onChoose={async (dueAt) => {
                if (await later.onSchedule(templateContent(template, values), file, dueAt)) setChoosingTime(false);
              }}
            />
          </Suspense>
        )}
      </div>
    </form>
  );
}

/** A place that is about the customer's name begins with it. */
function firstValues(template: Template, contactName: string): Record<string, string> {
  const name = contactName.split(' ')[0] ?? contactName;
  const first = template.variables.find((variable) => /name/i.test(variable.name));
  return first && /\p{L}/u.test(name) ? { [valueKey(first)]: name } : {};
}

interface ChoicesProps {
  readonly templates: readonly Template[];
  readonly chosenId: string;
  readonly onChoose: (id: string) => void;
}

function Choices({ templates, chosenId, onChoose }: ChoicesProps) {
  const list = useRef<HTMLDivElement>(null);
  const place = templates.findIndex((template) => template.id === chosenId);
  const move = (by: number) => {
    const next = templates[Math.min(templates.length - 1, Math.max(0, place + by))];
    if (!next) return;
    onChoose(next.id);
    list.current?.querySelector(`[data-template="${next.id}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={t('template.label')}
      aria-activedescendant={`template-${chosenId}`}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(-1);
        else return;
        event.preventDefault();
      }}
      className="max-h-52 min-w-0 flex-1 overflow-y-auto p-2 max-md:max-h-36"
    >
      {templates.map((template) => (
        <div
          key={template.id}
          id={`template-${template.id}`}
          data-template={template.id}
          role="option"
          aria-selected={template.id === chosenId}
          onClick={() => onChoose(template.id)}
          className={cx(
            'h-[46px] rounded-md px-2.5 py-1 text-13 leading-[19px] select-none',
            template.id === chosenId ? 'bg-accent-soft' : 'hover:bg-hover',
          )}
        >
          <span className="flex items-baseline justify-between gap-3">
            <span className="truncate font-medium">{template.name}</span>
            <span className="shrink-0 text-12 text-muted">
              {t('template.kind', { category: categoryWord(template.category), language: template.language })}
            </span>
          </span>
          <span dir="auto" className="block truncate text-aligned text-12 text-muted">
            {template.body}
          </span>
        </div>
      ))}
    </div>
  );
}

function categoryWord(category: string): string {
  const word = category.toLowerCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}

interface PlaceProps {
  readonly variable: TemplateVariable;
  readonly value: string;
  readonly draft: string;
  readonly onValue: (value: string) => void;
}

/** Names first, numbers small. */
function Place({ variable, value, draft, onValue }: PlaceProps) {
  const id = useId();
  const isNumbered = /^\d+$/.test(variable.name);
  const label =
    variable.part === 'button'
      ? t('template.button_place')
      : isNumbered
        ? variable.example
          ? t('template.place_like', { example: variable.example })
          : t('template.place', { number: variable.name })
        : variable.name.replaceAll('_', ' ');
  return (
    <div>
      <span className="flex items-baseline justify-between gap-2 pb-1 text-12 text-muted">
        <label htmlFor={id} className="truncate">
          {label}
        </label>
        {variable.part !== 'button' && <span className="shrink-0 text-11">{`{{${variable.name}}}`}</span>}
      </span>
      <input
        id={id}
        dir="auto"
        value={value}
        onChange={(event) => onValue(event.target.value)}
        className="h-7 w-full rounded-md border border-line-strong bg-raised px-2 text-13 pointer-coarse:h-11 pointer-coarse:text-16"
      />
      {draft.trim() !== '' && value.trim() === '' && (
        <button
          type="button"
          // A place holds one line.
          onClick={() => onValue(draft.trim().replace(/\s+/gu, ' '))}
          className="min-h-6 text-12 font-medium text-accent hover:underline pointer-coarse:min-h-11"
        >
          {t('template.use_draft')}
        </button>
      )}
    </div>
  );
}

function HeaderFile({
  media,
  file,
  onFile,
}: {
  readonly media: 'image' | 'video' | 'document';
  readonly file: File | null;
  readonly onFile: (file: File | null) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <input
        ref={input}
        type="file"
        accept={media === 'document' ? 'application/pdf' : `${media}/*`}
        aria-label={t(`template.header_${media}`)}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => onFile(event.target.files?.[0] ?? null)}
      />
      <Button size="small" icon={Paperclip} onClick={() => input.current?.click()} className="w-full">
        <bdi className="truncate">{file?.name ?? t(`template.header_${media}`)}</bdi>
      </Button>
    </div>
  );
}

function Preview({
  template,
  values,
}: {
  readonly template: Template;
  readonly values: Readonly<Record<string, string>>;
}) {
  const of = (part: TemplateVariable['part']) =>
    new Map(
      template.variables
        .filter((variable) => variable.part === part)
        .map((variable) => [variable.name, values[valueKey(variable)]?.trim() ?? '']),
    );
  return (
    <div
      dir="auto"
      aria-label={t('template.preview')}
      className="max-h-32 overflow-y-auto text-start text-14 break-words whitespace-pre-wrap"
    >
      {template.header && (
        <p className="font-semibold">
          <Filled text={template.header} values={of('header')} />
        </p>
      )}
      <p>
        <Filled text={template.body} values={of('body')} />
      </p>
      {template.footer && <p className="text-12 text-muted">{template.footer}</p>}
      {template.buttons.length > 0 && (
        <p className="flex flex-wrap gap-1 pt-1">
          {template.buttons.map((button, index) => (
            <span key={index} className="rounded-sm border border-line-strong px-2 py-0.5 text-12 font-medium">
              {button}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Filled({ text, values }: { readonly text: string; readonly values: ReadonlyMap<string, string> }) {
  return fillPlaces(text, values).map((piece, index) =>
    piece.isFilled ? (
      <span key={index} className="rounded-sm bg-accent-soft px-1">
        {piece.text}
      </span>
    ) : (
      <span key={index}>{piece.text}</span>
    ),
  );
}

export default TemplatePicker;
