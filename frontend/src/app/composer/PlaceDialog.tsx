import { MapPin, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { deletePlace, fetchPlaces, postPlace } from '@/shared/api/calls';
import { useSignedIn } from '@/shared/api/session';
import type { LocationContent, Place } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { readCoordinates } from './coordinates';

export interface PlaceDialogProps {
  readonly onSend: (content: LocationContent) => void;
  readonly onClose: () => void;
}

/** A saved place with one press, or coordinates as a map gives them. */
export default function PlaceDialog({ onSend, onClose }: PlaceDialogProps) {
  const mayKeep = useSignedIn().agent.permissions.includes('saved_replies:manage');
  const [places, setPlaces] = useState<readonly Place[]>([]);
  useEffect(() => {
    fetchPlaces().then(setPlaces, () => undefined);
  }, []);
  const forget = async (place: Place) => {
    try {
      await deletePlace(place.id);
      setPlaces(places.filter((one) => one !== place));
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
  };
  const send = ({ latitude, longitude, name, address }: Omit<Place, 'id'>) => {
    onSend({ kind: 'location', latitude, longitude, name, address });
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('place.title')}>
      {places.length > 0 && (
        <ul aria-label={t('place.saved')} className="-mx-2">
          {places.map((place) => (
            <li key={place.id} className="flex items-center">
              <button
                type="button"
                onClick={() => send(place)}
                className="flex min-h-10 min-w-0 flex-1 items-center gap-3 rounded-md px-2 text-start hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:min-h-11"
              >
                <MapPin aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
                <span className="min-w-0">
                  <bdi className="block truncate text-14">{place.name}</bdi>
                  <bdi className="block truncate text-12 text-muted">{place.address}</bdi>
                </span>
              </button>
              {mayKeep && (
                <IconButton
                  icon={Trash2}
                  size={28}
                  label={t('place.forget', { name: place.name })}
                  onClick={() => void forget(place)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <Own mayKeep={mayKeep} isFirst={places.length === 0} onSend={send} />
    </Dialog>
  );
}

interface OwnProps {
  readonly mayKeep: boolean;
  readonly isFirst: boolean;
  readonly onSend: (place: Omit<Place, 'id'>) => void;
}

function Own({ mayKeep, isFirst, onSend }: OwnProps) {
  const [typed, setTyped] = useState('');
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [isKept, setKept] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const at = readCoordinates(typed);
  const submit = async () => {
    setAsked(true);
    if (at === null || (isKept && name.trim() === '')) return;
    const place = { ...at, name: name.trim(), address: address.trim() };
    if (isKept) {
      try {
        await postPlace(place);
      } catch (error) {
        return showToast(problemText(error), { isError: true });
      }
    }
    onSend(place);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className={isFirst ? 'flex flex-col gap-3' : 'flex flex-col gap-3 border-t border-line pt-4'}
    >
      <TextField
        label={t('place.coordinates')}
        hint={t('place.coordinates_hint')}
        value={typed}
        onValueChange={setTyped}
        error={isAsked && at === null ? t('place.coordinates_wrong') : undefined}
      />
      <TextField
        label={t('place.name')}
        value={name}
        maxLength={100}
        onValueChange={setName}
        error={isAsked && isKept && name.trim() === '' ? t('place.name_missing') : undefined}
      />
      <TextField label={t('place.address')} value={address} maxLength={200} onValueChange={setAddress} />
      {mayKeep && <Checkbox label={t('place.keep')} checked={isKept} onCheckedChange={setKept} />}
      <Button type="submit" look="filled" className="self-end">
        {t('composer.send')}
      </Button>
    </form>
  );
}
