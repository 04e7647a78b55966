/** A message in one line, for rows, quotes and announcements. */
import {
  Contact as ContactIcon,
  FileText,
  FormInput,
  Image,
  LayoutGrid,
  List,
  MapPin,
  Mic,
  MousePointerClick,
  Music,
  Phone,
  ShoppingBag,
  Sticker,
  Video,
  type LucideIcon,
} from 'lucide-react';
import type { Content } from '@/shared/api/types';
import { hasText, t } from '@/shared/i18n';
import { formatDuration } from '@/shared/i18n/format';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  image: Image,
  video: Video,
  audio: Music,
  voice: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: ContactIcon,
  choice: MousePointerClick,
  buttons: List,
  list: List,
  template: LayoutGrid,
  order: ShoppingBag,
  product: ShoppingBag,
  form_answer: FormInput,
  call: Phone,
};

export function iconOfKind(kind: string): LucideIcon | undefined {
  return ICONS[kind];
}

/** The word for a kind of message that has no text of its own. */
export function wordOfKind(kind: string): string {
  const key = `kind.${kind}`;
  return hasText(key) ? t(key) : kind === 'text' ? '' : t('kind.unsupported');
}

export function describeContent(content: Content): string {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'media':
      return content.caption || wordOfKind(content.is_voice ? 'voice' : content.media);
    case 'location':
      return content.name || content.address || t('kind.location');
    case 'contacts':
      return content.cards.map((card) => card.name).join(', ') || t('kind.contacts');
    case 'choice':
      return content.choice.title;
    case 'buttons':
    case 'list':
    case 'link_button':
    case 'request':
      return content.text;
    case 'order':
      return content.text || t('kind.order');
    case 'form_answer':
      return content.text || t('kind.form_answer');
    case 'template':
      return content.text || content.name;
    case 'product':
      return content.text || t('kind.product');
    case 'native':
      return content.text || content.type;
    case 'call':
      return content.duration_s ? `${t('kind.call')}, ${formatDuration(content.duration_s)}` : t('kind.call');
    case 'line':
      return '';
    case 'unsupported':
      // With a code the text is the provider's explanation to us, in its language.
      return (content.code ? '' : content.text) || t('kind.unsupported');
  }
}

/** A kind as a row names it: media by what it is. */
export function kindOfContent(content: Content): string {
  if (content.kind !== 'media') return content.kind;
  return content.is_voice ? 'voice' : content.media;
}
