import { useState } from 'react';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { ProofCancelled, withProof } from '../proof';
import type { Webhook } from '../types';
import type { WebhookBody } from './useWebhooks';
import { kindText } from './words';

const USUAL: readonly string[] = ['conversation_started', 'message_received'];

export interface WebhookDialogProps {
  /** Absent: a new one. */
  readonly webhook?: Webhook;
  readonly offered: readonly string[];
  readonly onSave: (body: WebhookBody) => Promise<void>;
  readonly onClose: () => void;
}

/** Where it is, what it is told of, and how much. */
export function WebhookDialog({ webhook, offered, onSave, onClose }: WebhookDialogProps) {
  const maySee = useSignedIn().agent.permissions.includes('addresses:read');
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? 'https://');
  const [kinds, setKinds] = useState<readonly string[]>(webhook?.kinds ?? USUAL);
  const [hasContent, setContent] = useState(webhook?.has_content ?? false);
  const submit = useSubmit(['name', 'url', 'kinds']);

  async function save(): Promise<void> {
    const body = { name: name.trim(), url: url.trim(), kinds, has_content: hasContent };
    await submit.run(async () => {
      try {
        await withProof(() => onSave(body));
        onClose();
      } catch (error) {
        if (!(error instanceof ProofCancelled)) throw error;
      }
    });
  }

  return (
    <FormDialog
      title={webhook ? webhook.name : t('settings.webhooks.create')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('webhooks.name')}
        hint={t('webhooks.name_hint')}
        required
        autoFocus={webhook === undefined}
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      <TextField
        label={t('webhooks.url')}
        hint={t('webhooks.url_hint')}
        required
        type="url"
        dir="ltr"
        maxLength={2000}
        autoComplete="off"
        value={url}
        {...submit.field('url', setUrl)}
      />
      <fieldset className="flex flex-col gap-1">
        <legend className="pb-1.5 text-14 font-medium">{t('webhooks.kinds')}</legend>
        {offered.map((kind) => (
          <Checkbox
            key={kind}
            label={kindText(kind)}
            checked={kinds.includes(kind)}
            onCheckedChange={(isChosen) =>
              setKinds(isChosen ? [...kinds, kind] : kinds.filter((other) => other !== kind))
            }
          />
        ))}
        {submit.errors.kinds !== undefined && <InlineError>{submit.errors.kinds}</InlineError>}
      </fieldset>
      <Switch
        label={t('webhooks.content')}
        hint={t('webhooks.content_hint')}
        checked={hasContent}
        disabled={!maySee && !hasContent}
        onCheckedChange={setContent}
      />
    </FormDialog>
  );
}
