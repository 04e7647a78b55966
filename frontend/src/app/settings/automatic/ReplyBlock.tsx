import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Switch } from '@/shared/ui/Switch';
import { languageName } from '../../contact/languages';
import { act } from '../act';
import { Block } from '../parts/Page';
import { AutomaticDialog } from './AutomaticDialog';
import { EVERYWHERE, isSamePlace, type AutomaticReply, type Kind } from './types';
import { useAutomaticEdit } from './useAutomaticReplies';
import { usePlaces, type NamedPlace } from './usePlaces';

interface ReplyBlockProps {
  readonly kind: Kind;
  readonly items: readonly AutomaticReply[];
}

/** One of the two: what is said everywhere, and what channels and teams say instead. */
export function ReplyBlock({ kind, items }: ReplyBlockProps) {
  const [edited, setEdited] = useState<'new' | AutomaticReply>();
  const places = usePlaces();
  const own = items.filter((one) => one.kind === kind);
  const free = places.filter(({ place }) => !own.some((one) => isSamePlace(one, place)));
  const isFirst = own.length === 0;
  return (
    <Block title={t(`automatic.${kind}`)} text={t(`automatic.${kind}_text`)}>
      {own.length > 0 && (
        <ul aria-label={t(`automatic.${kind}`)} className="flex flex-col divide-y divide-line">
          {own.map((reply) => (
            <ReplyRow
              key={reply.id}
              reply={reply}
              items={items}
              name={nameOf(reply, places)}
              onEdit={() => setEdited(reply)}
            />
          ))}
        </ul>
      )}
      {free.length > 0 && (
        <Button icon={Plus} className="self-start" onClick={() => setEdited('new')}>
          {t(isFirst ? `automatic.write_${kind}` : 'automatic.add_place')}
        </Button>
      )}
      {edited !== undefined && (
        <AutomaticDialog
          kind={kind}
          items={items}
          reply={edited === 'new' ? null : edited}
          places={edited === 'new' ? free : places.filter(({ place }) => isSamePlace(place, edited))}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Block>
  );
}

function nameOf(reply: AutomaticReply, places: readonly NamedPlace[]): string {
  return places.find(({ place }) => isSamePlace(place, reply))?.name ?? t('automatic.everywhere');
}

interface ReplyRowProps {
  readonly reply: AutomaticReply;
  readonly items: readonly AutomaticReply[];
  readonly name: string;
  readonly onEdit: () => void;
}

function ReplyRow({ reply, items, name, onEdit }: ReplyRowProps) {
  const edit = useAutomaticEdit(items);
  const languages = reply.wordings.map(({ language }) => language).filter(Boolean);
  return (
    <li className="flex flex-col gap-2 py-3">
      <Switch
        label={name}
        checked={reply.is_on}
        onCheckedChange={(is_on) => void act(() => edit.save(reply.kind, reply, { ...reply, is_on }))}
      />
      <p dir="auto" className="line-clamp-3 text-start text-14 break-words whitespace-pre-line text-muted">
        {reply.wordings[0]?.text}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        {languages.length > 1 && (
          <span className="text-13 text-muted">{formatList(languages.map((code) => languageName(code)))}</span>
        )}
        <span className="ms-auto flex items-center gap-1">
          <Button icon={Pencil} size="small" onClick={onEdit} aria-label={t('automatic.edit_of', { name })}>
            {t('automatic.edit')}
          </Button>
          {!isSamePlace(reply, EVERYWHERE) && (
            <IconButton
              icon={Trash2}
              size={28}
              label={t('automatic.remove_of', { name })}
              onClick={() => void edit.remove(reply)}
            />
          )}
        </span>
      </div>
    </li>
  );
}
