import { MapPin } from 'lucide-react';
import type { LocationContent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { copyText } from '@/shared/ui/CopyField';
import { showToast } from '@/shared/ui/Toast';
import { Meta } from '../Meta';
import type { ShownMessage } from '../rows';

/** A place. The ground is drawn here and shows no real map: nobody else learns where the customer is. */
export function LocationView({ shown, content }: { readonly shown: ShownMessage; readonly content: LocationContent }) {
  const coordinates = `${content.latitude.toFixed(6)}, ${content.longitude.toFixed(6)}`;
  // Providers often put the name at the head of the address again.
  const { name = '', address = '' } = content;
  const title = (address.startsWith(name) ? [address] : [name, address]).filter(Boolean).join(', ');
  const copy = async () => {
    if (await copyText(coordinates)) showToast(t('location.copied'));
    else showToast(coordinates);
  };
  return (
    <div className="-mx-2 -mt-1 w-80 max-w-[calc(100%+1rem)]">
      <span aria-hidden className="relative block h-28 overflow-hidden rounded-lg bg-press">
        <svg
          viewBox="0 0 320 112"
          preserveAspectRatio="xMidYMid slice"
          className="absolute inset-0 size-full text-surface"
        >
          <path
            d="M-10 78C60 60 100 96 170 72S280 40 340 58M60-10c10 50-10 80 6 132M178-10c-14 40 22 70 6 132M262-10c4 30 30 60 20 132M-10 26C60 34 120 8 200 22s90 4 140-6"
            fill="none"
            stroke="currentColor"
            strokeWidth="7"
          />
        </svg>
        <span className="absolute inset-0 grid place-items-center">
          <MapPin size={32} strokeWidth={1.5} className="fill-accent text-on-accent" />
        </span>
      </span>
      <div className="px-2 pt-1.5">
        <p dir="auto" className="text-start font-medium break-words">
          {title || coordinates}
        </p>
        <div className="flex flex-wrap gap-x-4">
          <button
            type="button"
            onClick={() => void copy()}
            className="inline-flex min-h-6 items-center text-13 text-accent hover:underline"
          >
            {t('location.copy')}
          </button>
          <span className="flex grow flex-wrap items-end gap-x-4">
            <a
              href={`https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${content.latitude}/${content.longitude}`}
              target="_blank"
              rel="noopener noreferrer"
              className="inline-flex min-h-6 items-center text-13 text-accent hover:underline"
            >
              {t('location.open')}
            </a>
            <span className="ms-auto">
              <Meta shown={shown} />
            </span>
          </span>
        </div>
      </div>
    </div>
  );
}
