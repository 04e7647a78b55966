import { ContactRound, FileText, FileUp, Image, MapPin, Plus, ShieldQuestion } from 'lucide-react';
import { useRef } from 'react';
import { t } from '@/shared/i18n';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import type { NewMessage } from './protocol';
import { kindOfMime, mediaOfFile, SAMPLE_CARD, SAMPLE_PLACE, sampleDocument, samplePhoto } from './samples';

export interface AttachMenuProps {
  readonly onSend: (message: NewMessage | Promise<NewMessage>) => void;
}

/** What a phone can send besides words; all of it is at hand without a file of one's own. */
export function AttachMenu({ onSend }: AttachMenuProps) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu
        align="start"
        side="top"
        trigger={
          <button
            type="button"
            aria-label={t('practice.attach')}
            className="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
          >
            <Plus aria-hidden size={18} strokeWidth={1.75} />
          </button>
        }
      >
        <MenuItem icon={Image} onClick={() => onSend(photoMessage())}>
          {t('practice.photo')}
        </MenuItem>
        <MenuItem icon={FileText} onClick={() => onSend(documentMessage())}>
          {t('practice.document')}
        </MenuItem>
        <MenuItem icon={MapPin} onClick={() => onSend({ kind: 'location', location: SAMPLE_PLACE })}>
          {t('practice.place')}
        </MenuItem>
        <MenuItem icon={ContactRound} onClick={() => onSend({ kind: 'contacts', contacts: [SAMPLE_CARD] })}>
          {t('practice.card')}
        </MenuItem>
        <MenuItem icon={ShieldQuestion} onClick={() => onSend({ kind: 'unsupported' })}>
          {t('practice.unsupported')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={FileUp} onClick={() => chooser.current?.click()}>
          {t('practice.own_file')}
        </MenuItem>
      </Menu>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={t('practice.own_file')}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file !== undefined) onSend(fileMessage(file));
        }}
      />
    </>
  );
}

export async function photoMessage(): Promise<NewMessage> {
  return { kind: 'image', media: await samplePhoto() };
}

async function documentMessage(): Promise<NewMessage> {
  return { kind: 'document', media: await sampleDocument() };
}

async function fileMessage(file: File): Promise<NewMessage> {
  const media = await mediaOfFile(file);
  return { kind: kindOfMime(media.mime), media };
}
