import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useMinute } from '@/shared/format/clock';
import { currentLocale, LANGUAGES, t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { languageName } from '../../contact/languages';
import { useChannels } from '../channels/useChannels';
import type { Preview } from './types';

const NOBODY = 'none';

/** What somebody would read who wrote now, or at a moment, on a channel. */
export function PreviewBlock() {
  const channels = (useChannels().data ?? []).filter(({ state }) => state !== 'disconnected');
  const teams = useStore((state) => state.teams);
  const [channel, setChannel] = useState('');
  const [team, setTeam] = useState(NOBODY);
  const [at, setAt] = useState('');
  const [language, setLanguage] = useState<string>(currentLocale());
  const [isFirst, setFirst] = useState(true);
  const now = useMinute();
  const channelId = channels.some(({ id }) => id === channel) ? channel : channels[0]?.id;
  const moment = momentOf(at);
  const asked = {
    channel_id: channelId,
    team_id: team === NOBODY ? null : team,
    at: moment,
    language,
    is_first: isFirst,
  };
  const preview = useQuery({
    queryKey: ['automatic-preview', asked, moment === null ? now : 0],
    queryFn: () => request<Preview>('POST', '/api/automatic-replies/preview', { body: asked }),
    enabled: channelId !== undefined,
    placeholderData: keepPreviousData,
  });
  if (channelId === undefined) return null;
  return (
    <section aria-labelledby="automatic-preview" className="flex flex-col gap-4">
      <div>
        <h2 id="automatic-preview" className="text-16 font-semibold">
          {t('automatic.preview')}
        </h2>
        <p className="mt-0.5 text-14 text-muted">{t('automatic.preview_text')}</p>
      </div>
      <Select
        label={t('automatic.preview_channel')}
        value={channelId}
        options={channels.map(({ id, name }) => ({ value: id as string, label: name }))}
        onValueChange={setChannel}
      />
      {teams.size > 0 && (
        <Select
          label={t('automatic.preview_team')}
          value={team}
          options={[
            { value: NOBODY, label: t('automatic.no_team') },
            ...[...teams.values()].map(({ id, name }) => ({ value: id as string, label: name })),
          ]}
          onValueChange={setTeam}
        />
      )}
      <TextField
        label={t('automatic.preview_at')}
        hint={t('automatic.preview_at_hint')}
        type="datetime-local"
        value={at}
        onValueChange={setAt}
      />
      <Select
        label={t('automatic.preview_language')}
        value={language}
        options={LANGUAGES.map(({ code }) => ({ value: code as string, label: languageName(code) }))}
        onValueChange={setLanguage}
      />
      <Switch label={t('automatic.preview_first')} checked={isFirst} onCheckedChange={setFirst} />
      {preview.isError && <InlineError>{problemText(preview.error)}</InlineError>}
      {preview.data && <Answer preview={preview.data} language={language} />}
    </section>
  );
}

/** What a date field says, in the reader's own time; null: now. */
function momentOf(text: string): string | null {
  const moment = new Date(text);
  return text === '' || Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

function Answer({ preview, language }: { readonly preview: Preview; readonly language: string }) {
  return (
    <div aria-live="polite" className="flex flex-col items-end gap-1.5 rounded-lg border border-line bg-surface p-3">
      <p className="self-start text-13 text-muted">{stateOf(preview)}</p>
      {preview.text === null ? (
        <p className="self-start text-14">{t(`automatic.not_${preview.why_not ?? 'not_first'}`)}</p>
      ) : (
        <>
          <p
            dir="auto"
            lang={language}
            className="max-w-full rounded-xl bg-accent-soft px-3 py-2 text-start text-14 break-words whitespace-pre-line"
          >
            {preview.text}
          </p>
          {preview.why && <p className="text-12 text-muted">{t(`message.automatic_${preview.why}`)}</p>}
        </>
      )}
    </div>
  );
}

function stateOf({ is_open: isOpen, opens_at: opensAt }: Preview): string {
  if (isOpen) return t('automatic.is_open');
  if (opensAt === null) return t('automatic.is_closed');
  const time = formatDate(opensAt, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return t('automatic.is_closed_until', { time });
}
