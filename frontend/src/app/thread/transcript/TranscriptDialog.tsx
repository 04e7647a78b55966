/** A conversation as a file: text that is saved, or pages that the browser prints or saves as PDF. */
import { FileText, Printer } from 'lucide-react';
import { useState } from 'react';
import { postTranscript } from '@/shared/api/calls';
import type { Conversation, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Switch } from '@/shared/ui/Switch';
import { TranscriptPages } from './TranscriptPages';

type Purpose = 'text' | 'pdf';

export interface TranscriptDialogProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export default function TranscriptDialog({ conversation, onClose }: TranscriptDialogProps) {
  const [withNotes, setWithNotes] = useState(false);
  const [busy, setBusy] = useState<Purpose | null>(null);
  const [error, setError] = useState('');
  const [printed, setPrinted] = useState<readonly Message[] | null>(null);

  const make = async (purpose: Purpose) => {
    setBusy(purpose);
    setError('');
    try {
      const made = await postTranscript(conversation.id, { purpose, withNotes });
      if (purpose === 'pdf') return setPrinted(made.messages);
      save(`${conversation.contact.name || 'transcript'}.txt`, made.text);
      onClose();
    } catch (problem) {
      setError(problemText(problem));
    } finally {
      setBusy(null);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('transcript.title')}
      description={t('transcript.logged')}
      footer={
        <>
          <Button icon={FileText} disabled={busy !== null} isBusy={busy === 'text'} onClick={() => void make('text')}>
            {t('transcript.text')}
          </Button>
          <Button
            icon={Printer}
            look="filled"
            disabled={busy !== null}
            isBusy={busy === 'pdf'}
            onClick={() => void make('pdf')}
          >
            {t('transcript.pdf')}
          </Button>
        </>
      }
    >
      <Switch
        label={t('transcript.notes')}
        hint={t('transcript.notes_hint')}
        checked={withNotes}
        onCheckedChange={setWithNotes}
      />
      <p className="text-13 text-muted">{t('transcript.pdf_hint')}</p>
      {error !== '' && <InlineError>{error}</InlineError>}
      {printed && <TranscriptPages conversation={conversation} messages={printed} onPrinted={onClose} />}
    </Dialog>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[/\\:*?"<>|]/g, '_');
  link.click();
  URL.revokeObjectURL(url);
}
