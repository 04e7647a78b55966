import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { Fragment, useState } from 'react';
import { request } from '@/shared/api/http';
import type { FileRecord, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { LANGUAGE_CODES, languageName } from '../../contact/languages';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { MINE, ownerOf, OwnerSelect, teamOf } from '../parts/OwnerSelect';
import type { SavedReply } from '../types';
import { ReplyFiles } from './ReplyFiles';
import { ReplyText } from './ReplyText';
import { Variants } from './Variants';

const EVERY = 'every';
const ADD = 'add';
const UNSAID = 'unsaid';

type Wording = SavedReply['wordings'][number];

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
  const [variants, setVariants] = useState<readonly string[]>(reply?.variants ?? []);
  const [channelId, setChannelId] = useState<Id>(reply?.channel_id ?? EVERY);
  const [owner, setOwner] = useState(ownerOf(reply));
  const [language, setLanguage] = useState(reply?.language ?? '');
  const [wordings, setWordings] = useState<readonly Wording[]>(reply?.wordings ?? []);
  const [files, setFiles] = useState<readonly FileRecord[]>(reply?.files ?? []);
  const submit = useSubmit(['title', 'shortcut', 'text', 'variants', 'wordings', 'file_ids']);
  const others = wordings.map((wording) => wording.language);

  function setWording(changed: Wording): void {
    submit.clear('wordings');
    setWordings(wordings.map((wording) => (wording.language === changed.language ? changed : wording)));
  }

  async function save(): Promise<void> {
    const body = {
      title: title.trim(),
      shortcut: shortcut.trim().replace(/^\//, ''),
      text: text.trim(),
      variants: trimmed(variants),
      channel_id: channelId === EVERY ? null : channelId,
      language,
      wordings: wordings.map((wording) => ({
        ...wording,
        text: wording.text.trim(),
        variants: trimmed(wording.variants ?? []),
      })),
      file_ids: files.map(({ id }) => id),
      ...(owner !== MINE && { team_id: teamOf(owner) }),
    };
    const isSaved = await submit.run(async () => {
      if (reply) await request('PATCH', `/api/saved-replies/${reply.id}`, { body });
      else await request('POST', '/api/saved-replies', { body: { ...body, is_shared: owner !== MINE } });
      await queries.invalidateQueries({ queryKey: ['saved-replies'] });
    });
    if (!isSaved) return;
    if (reply) offerUndo(reply);
    onClose();
  }

  function offerUndo({ files: kept, is_shared, id, ...before }: SavedReply): void {
    const body = {
      ...before,
      file_ids: kept.map((file) => file.id),
      team_id: is_shared ? before.team_id : undefined,
    };
    const putBack = async () => {
      await request('PATCH', `/api/saved-replies/${id}`, { body });
      await queries.invalidateQueries({ queryKey: ['saved-replies'] });
    };
    showToast(t('common.saved'), { undo: () => void act(putBack) });
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
        label={t('settings.replies.words')}
        text={text}
        language={language || undefined}
        onText={(value) => {
          submit.clear('text');
          setText(value);
        }}
        error={submit.errors.text}
      />
      <Variants
        texts={variants}
        language={others.length === 0 ? '' : language}
        onTexts={(texts) => {
          submit.clear('variants');
          setVariants(texts);
        }}
        error={submit.errors.variants}
      />
      <Select
        label={t('settings.replies.language')}
        hint={t('settings.replies.language_hint')}
        value={language || UNSAID}
        options={[{ value: UNSAID, label: t('settings.replies.language_unsaid') }, ...languages(others)]}
        onValueChange={(code) => setLanguage(code === UNSAID ? '' : code)}
      />
      {wordings.map((wording) => (
        <Fragment key={wording.language}>
          <ReplyText
            label={t('settings.replies.words_in', { language: languageName(wording.language) })}
            text={wording.text}
            language={wording.language}
            onText={(value) => setWording({ ...wording, text: value })}
            error={submit.errors.wordings}
            end={
              <IconButton
                icon={X}
                size={28}
                label={t('settings.replies.remove_language', { language: languageName(wording.language) })}
                onClick={() => setWordings(wordings.filter((one) => one !== wording))}
              />
            }
          />
          <Variants
            texts={wording.variants ?? []}
            language={wording.language}
            onTexts={(texts) => setWording({ ...wording, variants: [...texts] })}
            error={submit.errors.wordings}
          />
        </Fragment>
      ))}
      <Select
        label={t('settings.replies.add_language')}
        value={ADD}
        options={[{ value: ADD, label: '…' }, ...languages([language, ...others])]}
        onValueChange={(added) =>
          added !== ADD && setWordings([...wordings, { language: added, text: '', variants: [] }])
        }
      />
      <ReplyFiles
        files={files}
        error={submit.errors.file_ids}
        onAdd={(file) => {
          submit.clear('file_ids');
          setFiles((before) => [...before, file]);
        }}
        onRemove={(file) => setFiles(files.filter((one) => one !== file))}
      />
      <ChannelSelect channelId={channelId} onChannel={setChannelId} />
      {mayShare && (!reply || reply.is_shared) && (
        <OwnerSelect owner={owner} isNew={reply === null} onOwner={setOwner} />
      )}
    </FormDialog>
  );
}

function trimmed(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** Those that are still to be had, by their names. */
function languages(taken: readonly string[]): readonly { value: string; label: string }[] {
  return LANGUAGE_CODES.filter((code) => !taken.includes(code))
    .map((code) => ({ value: code, label: languageName(code) }))
    .sort((one, other) => one.label.localeCompare(other.label));
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
