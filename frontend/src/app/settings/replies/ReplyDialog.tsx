import { useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type RefObject } from 'react';
import { request } from '@/shared/api/http';
import type { Id, ReplyVariable } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { placeOf, REPLY_VARIABLES, variableName } from '@/shared/replyVariables';
import { Button } from '@/shared/ui/Button';
import { FormDialog } from '@/shared/ui/FormDialog';
import { FieldNote } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { useChannels } from '../channels/useChannels';
import type { SavedReply } from '../types';

const EVERY = 'every';

export interface ReplyDialogProps {
  /** Null: a new one. */
  readonly reply: SavedReply | null;
  readonly mayShare: boolean;
  readonly onClose: () => void;
}

/** Writes a saved reply, or changes one. */
export function ReplyDialog({ reply, mayShare, onClose }: ReplyDialogProps) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(reply?.title ?? '');
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '');
  const [text, setText] = useState(reply?.text ?? '');
  const [channelId, setChannelId] = useState<Id>(reply?.channel_id ?? EVERY);
  const [owner, setOwner] = useState<'mine' | 'shared'>(reply?.is_shared ? 'shared' : 'mine');
  const submit = useSubmit(['title', 'shortcut', 'text']);

  async function save(): Promise<void> {
    const body = {
      title: title.trim(),
      shortcut: shortcut.trim().replace(/^\//, ''),
      text: text.trim(),
      channel_id: channelId === EVERY ? null : channelId,
    };
    const isSaved = await submit.run(async () => {
      if (reply) await request('PATCH', `/api/saved-replies/${reply.id}`, { body });
      else await request('POST', '/api/saved-replies', { body: { ...body, is_shared: owner === 'shared' } });
      await queries.invalidateQueries({ queryKey: ['saved-replies'] });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={reply ? t('settings.replies.change') : t('settings.replies.create')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.replies.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        value={title}
        {...submit.field('title', setTitle)}
      />
      <TextField
        label={t('settings.replies.shortcut')}
        hint={t('settings.replies.shortcut_hint')}
        maxLength={33}
        autoComplete="off"
        spellCheck={false}
        value={shortcut}
        {...submit.field('shortcut', setShortcut)}
      />
      <ReplyText
        text={text}
        onText={(value) => {
          submit.clear('text');
          setText(value);
        }}
        error={submit.errors.text}
      />
      <ChannelSelect channelId={channelId} onChannel={setChannelId} />
      {mayShare && !reply && (
        <Select
          label={t('settings.replies.owner')}
          value={owner}
          options={[
            { value: 'mine', label: t('settings.replies.owner_mine') },
            { value: 'shared', label: t('settings.replies.owner_shared') },
          ]}
          onValueChange={setOwner}
        />
      )}
    </FormDialog>
  );
}

function ChannelSelect({ channelId, onChannel }: { readonly channelId: Id; readonly onChannel: (id: Id) => void }) {
  const { data: channels = [] } = useChannels();
  const offered = channels.filter(({ id, state }) => state !== 'disconnected' || id === channelId);
  return (
    <Select
      label={t('settings.templates.channel')}
      value={channelId}
      options={[
        { value: EVERY, label: t('settings.people.every_channel') },
        ...offered.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onValueChange={onChannel}
    />
  );
}

interface ReplyTextProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly error: string | undefined;
}

/** The text, and what puts a variable where the caret stands. */
function ReplyText({ text, onText, error }: ReplyTextProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-14 font-medium">
        {t('settings.replies.words')}
      </label>
      <textarea
        ref={area}
        id={id}
        dir="auto"
        rows={5}
        required
        maxLength={4096}
        value={text}
        onChange={(event) => onText(event.target.value)}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={`${id}-hint ${id}-answer`}
        className="min-h-28 resize-y rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-14 text-ink pointer-coarse:text-16"
      />
      <div aria-live="polite" className="empty:hidden">
        {error !== undefined && (
          <FieldNote id={`${id}-answer`} state="failed">
            {error}
          </FieldNote>
        )}
      </div>
      <p id={`${id}-hint`} className="text-13 text-muted">
        {t('settings.replies.variables')}
      </p>
      <div className="flex flex-wrap gap-1.5">
        {REPLY_VARIABLES.map((variable) => (
          <Button key={variable} size="small" onClick={() => onText(withPlace(area, text, variable))}>
            {variableName(variable)}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** The text with a place for this variable instead of what is selected; the box has the focus again. */
function withPlace(area: RefObject<HTMLTextAreaElement | null>, text: string, variable: ReplyVariable): string {
  const box = area.current;
  const start = box?.selectionStart ?? text.length;
  const place = placeOf(variable);
  requestAnimationFrame(() => {
    box?.focus();
    box?.setSelectionRange(start + place.length, start + place.length);
  });
  return text.slice(0, start) + place + text.slice(box?.selectionEnd ?? text.length);
}
