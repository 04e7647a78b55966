import { Copy } from 'lucide-react';
import type { ContactCard, ContactsContent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Avatar } from '@/shared/ui/Avatar';
import { copyText } from '@/shared/ui/CopyField';
import { IconButton } from '@/shared/ui/IconButton';
import { showToast } from '@/shared/ui/Toast';
import { BesideMeta } from '../Meta';
import type { ShownMessage } from '../rows';

export function CardsView({ shown, content }: { readonly shown: ShownMessage; readonly content: ContactsContent }) {
  return (
    <BesideMeta shown={shown}>
      <div className="flex flex-col gap-2">
        {content.cards.map((card, index) => (
          <Card key={index} card={card} />
        ))}
      </div>
    </BesideMeta>
  );
}

function Card({ card }: { readonly card: ContactCard }) {
  const lines = [
    ...(card.phones ?? []).map((line) => line.phone),
    ...(card.emails ?? []).map((line) => line.value),
    ...(card.urls ?? []).map((line) => line.value),
    ...(card.addresses ?? []).map((line) => line.value),
  ].filter(Boolean);
  const role = [card.title, card.organisation].filter(Boolean).join(', ');
  return (
    <div className="flex items-start gap-3">
      <Avatar name={card.name} size={36} />
      <div className="min-w-0 flex-1">
        <p dir="auto" className="truncate text-start font-medium">
          {card.name}
        </p>
        {role && (
          <p dir="auto" className="text-start text-12 text-muted">
            {role}
          </p>
        )}
        {lines.map((line) => (
          <p key={line} dir="auto" className="text-start text-13 break-words text-muted">
            {line}
          </p>
        ))}
      </div>
      {lines[0] !== undefined && (
        <IconButton
          icon={Copy}
          size={28}
          label={t('cards.copy')}
          onClick={() => void copyText(lines[0] ?? '').then((done) => done && showToast(t('common.copied')))}
        />
      )}
    </div>
  );
}
