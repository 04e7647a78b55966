/** Writing first (key C): to whom, from which number, then a template. What is open already is shown instead. */
import { ArrowRight, Phone, UserRound } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { fetchContactsLike, postRecipient, postStart, type RecipientWish } from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Channel, ContactRow, Id, TemplateContent } from '@/shared/api/types';
import { uploadFile } from '@/shared/api/upload';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { TemplatePicker } from '../composer/TemplatePicker';
import { paths } from '../paths';
import { closeFloat } from '../shell/floats';

const SEARCH_MS = 150;
const SHOWN = 6;

interface Chosen {
  readonly wish: RecipientWish;
  readonly name: string;
  readonly phone: string;
}

export default function NewConversation() {
  const [, navigate] = useLocation();
  const all = useStore((state) => state.channels);
  const channels = useMemo(
    () => [...all.values()].filter((one) => one.state !== 'disconnected' && one.capabilities.can_begin),
    [all],
  );
  const [channelId, setChannelId] = useState<Id | null>(null);
  const channel = channels.find(({ id }) => id === channelId) ?? channels[0];
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const show = (conversationId: Id) => closeFloat(() => navigate(paths.inbox('open', conversationId)));

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && closeFloat()}
      title={t('start.title')}
      description={channel ? undefined : t('start.no_channel')}
      initialFocus={field}
    >
      {channel && (
        <>
          {channels.length > 1 && (
            <Select
              label={t('start.channel')}
              value={channel.id}
              options={channels.map(({ id, name, display_address: hint }) => ({ value: id, label: name, hint }))}
              onValueChange={(next) => {
                setChannelId(next);
                setChosen(null);
              }}
            />
          )}
          {chosen === null ? (
            <Recipient field={field} channel={channel} onChosen={setChosen} onOpen={show} />
          ) : (
            <First channel={channel} chosen={chosen} onBack={() => setChosen(null)} onShown={show} />
          )}
        </>
      )}
    </Dialog>
  );
}

interface RecipientProps {
  readonly field: React.RefObject<HTMLInputElement | null>;
  readonly channel: Channel;
  readonly onChosen: (chosen: Chosen) => void;
  readonly onOpen: (conversationId: Id) => void;
}

/** A name finds contacts, a number may be anybody's. */
function Recipient({ field, channel, onChosen, onOpen }: RecipientProps) {
  const [typed, setTyped] = useState('');
  const [place, setPlace] = useState(0);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const found = useContactsLike(typed);
  const listId = useId();
  const isNumber = /^[+\d][\d\s()./-]{4,}$/u.test(typed.trim());
  const options: readonly (ContactRow | 'number')[] = [...(isNumber ? (['number'] as const) : []), ...found];
  const active = options[Math.min(place, options.length - 1)];

  const choose = async (option: ContactRow | 'number') => {
    const wish: RecipientWish =
      option === 'number'
        ? { channel_id: channel.id, phone: typed.trim() }
        : { channel_id: channel.id, contact_id: option.id };
    setBusy(true);
    setError(undefined);
    try {
      const whom = await postRecipient(wish);
      if (whom.conversation_id !== null) return onOpen(whom.conversation_id);
      onChosen({ wish, name: option === 'number' ? '' : option.name, phone: whom.phone });
    } catch (refusal) {
      setError(problemText(refusal));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setPlace((place + step + options.length) % Math.max(1, options.length));
    else if (event.key === 'Enter' && active && !isBusy) void choose(active);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex flex-col gap-2">
      <TextField
        ref={field}
        label={t('start.to')}
        hint={t('start.to_hint')}
        role="combobox"
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-activedescendant={active && optionId(listId, active)}
        autoComplete="off"
        value={typed}
        error={error}
        onValueChange={(next) => {
          setTyped(next);
          setPlace(0);
          setError(undefined);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label={t('start.found')} className="-mx-2 flex min-h-24 flex-col">
        {options.map((option, index) => (
          <div
            key={option === 'number' ? 'number' : option.id}
            id={optionId(listId, option)}
            role="option"
            aria-selected={option === active}
            onPointerMove={() => setPlace(index)}
            onClick={() => void choose(option)}
            className={cx(
              'flex min-h-9 items-center gap-3 rounded-md px-2 text-14 select-none pointer-coarse:min-h-11',
              option === active && 'bg-accent-soft',
            )}
          >
            {option === 'number' ? (
              <>
                <Phone aria-hidden size={16} strokeWidth={1.75} className="mx-0.5 shrink-0 text-muted" />
                <span className="min-w-0 truncate">{t('start.number', { number: typed.trim() })}</span>
              </>
            ) : (
              <>
                <Avatar name={option.name} seed={option.id} size={20} />
                <bdi className="min-w-0 truncate">{option.name}</bdi>
                <bdi className="ms-auto shrink-0 text-13 text-muted">{option.phone}</bdi>
              </>
            )}
          </div>
        ))}
        {options.length === 0 && typed.trim() !== '' && (
          <p className="flex items-center gap-3 px-2 py-2 text-13 text-muted">
            <UserRound aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
            {t('start.nobody')}
          </p>
        )}
      </div>
    </div>
  );
}

function optionId(listId: string, option: ContactRow | 'number'): string {
  return `${listId}-${option === 'number' ? 'number' : option.id}`;
}

const NOBODY: readonly ContactRow[] = [];

function useContactsLike(typed: string): readonly ContactRow[] {
  const [found, setFound] = useState(NOBODY);
  const wanted = typed.trim();
  useEffect(() => {
    if (wanted.length < 2) return setFound(NOBODY);
    let isOver = false;
    const timer = setTimeout(() => {
      fetchContactsLike(wanted, SHOWN).then(
        (rows) => !isOver && setFound(rows),
        () => undefined,
      );
    }, SEARCH_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return found;
}

interface FirstProps {
  readonly channel: Channel;
  readonly chosen: Chosen;
  readonly onBack: () => void;
  readonly onShown: (conversationId: Id) => void;
}

/** The first message: a template, for nobody has written yet. */
function First({ channel, chosen, onBack, onShown }: FirstProps) {
  const [clientId] = useState(newId);
  const send = async (content: TemplateContent, file: File | null) => {
    try {
      const uploaded = file && (await uploadFile(channel.id, { blob: file, name: file.name, mime: file.type }));
      const message = uploaded ? { ...content, header_file_id: uploaded.id } : content;
      const started = await postStart({ ...chosen.wish, client_id: clientId, content: message });
      if (!started.is_new) showToast(t('start.was_open'));
      onShown(started.conversation_id);
    } catch (refusal) {
      showToast(problemText(refusal), { isError: true });
    }
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-2 text-14">
        <ArrowRight aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted rtl:-scale-x-100" />
        {chosen.name && <bdi className="truncate font-medium">{chosen.name}</bdi>}
        <bdi className="tabular shrink-0 text-muted">{chosen.phone}</bdi>
        <span className="ms-auto">
          <Button size="small" look="link" onClick={onBack}>
            {t('start.other')}
          </Button>
        </span>
      </p>
      {channel.capabilities.has_templates && (
        <div className="flex min-h-0 flex-col rounded-lg border border-line-strong">
          <TemplatePicker
            channelId={channel.id}
            contactName={chosen.name}
            contactId={'contact_id' in chosen.wish ? chosen.wish.contact_id : undefined}
            draft=""
            modes={null}
            onSend={(content, file) => void send(content, file)}
          />
        </div>
      )}
    </div>
  );
}
