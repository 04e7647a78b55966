import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { Fragment, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { Kbd } from '@/shared/ui/Kbd';
import { closeFloat, useTypedAhead } from './floats';
import { useMacroItems } from '../macros/useMacroItems';
import { Pieces } from '../search/Pieces';
import { filterItems, paletteItems, type PaletteItem } from './paletteItems';
import { useServerHits } from './useServerHits';

/** Everything by name: what can be done here, where one can go, who is known. */
export default function Palette() {
  const [location, navigate] = useLocation();
  const typedAhead = useTypedAhead();
  const [written, setWritten] = useState<string | null>(null);
  const search = written ?? typedAhead;
  const [place, setPlace] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const selected = useMemo(() => {
    const id = /^\/inbox\/[^/]+\/([^/?]+)/.exec(location)?.[1];
    return id === undefined ? undefined : getState().conversations.get(id);
  }, [location]);
  const all = useMemo(() => paletteItems(getState(), selected, navigate), [selected, navigate]);
  const macros = useMacroItems(selected?.id);
  const local = useMemo(() => filterItems(withMacros(all, macros), search), [all, macros, search]);
  const remote = useServerHits(search, navigate);
  const items = useMemo(() => [...local, ...withoutKnown(remote, local)], [local, remote]);
  const chosen = items[Math.min(place, items.length - 1)];

  const run = (item: PaletteItem) => closeFloat(item.run);
  const move = (to: number) => {
    const next = (to + items.length) % Math.max(1, items.length);
    setPlace(next);
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') move(place + 1);
    else if (event.key === 'ArrowUp') move(place - 1);
    else if (event.key === 'Enter' && chosen) run(chosen);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeFloat()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed inset-x-0 top-28 z-40 mx-auto flex max-h-[min(34rem,calc(100dvh-8rem))] w-[min(600px,calc(100vw-1rem))] flex-col overflow-hidden rounded-xl bg-raised text-ink shadow-float outline-none max-md:top-2 max-md:max-h-[calc(100dvh-1rem)]">
          <Dialog.Title className="sr-only">{t('palette.title')}</Dialog.Title>
          <div className="flex h-[52px] shrink-0 items-center gap-3 border-b border-line px-4">
            <Search aria-hidden size={18} strokeWidth={1.75} className="shrink-0 text-muted" />
            <input
              autoFocus
              value={search}
              role="combobox"
              aria-expanded
              aria-controls="palette-list"
              aria-activedescendant={chosen && `palette-${items.indexOf(chosen)}`}
              aria-label={t('palette.title')}
              placeholder={t('palette.hint')}
              onChange={(event) => {
                setWritten(event.target.value);
                setPlace(0);
              }}
              onKeyDown={onKeyDown}
              className="h-full min-w-0 flex-1 bg-transparent text-16 outline-none placeholder:text-muted"
            />
            {selected && (
              <span className="flex h-7 max-w-48 min-w-0 items-center gap-2 rounded-sm bg-press px-2 text-13 font-medium max-md:hidden">
                <Avatar name={selected.contact.name} seed={selected.contact.id} size={18} />
                <bdi className="truncate">{selected.contact.name}</bdi>
              </span>
            )}
          </div>
          <div
            ref={list}
            id="palette-list"
            role="listbox"
            aria-label={t('palette.title')}
            className="min-h-0 flex-1 overflow-y-auto p-2"
          >
            {items.map((item, index) => (
              <Fragment key={item.id}>
                {items[index - 1]?.group !== item.group && (
                  <div role="presentation" className="px-3 pt-2 pb-1 text-12 font-medium text-muted">
                    {t(`palette.group_${item.group}`)}
                  </div>
                )}
                <Option
                  item={item}
                  index={index}
                  search={search}
                  isChosen={item === chosen}
                  onPoint={() => setPlace(index)}
                  onRun={() => run(item)}
                />
              </Fragment>
            ))}
            {items.length === 0 && <p className="px-3 py-6 text-center text-14 text-muted">{t('palette.nothing')}</p>}
          </div>
          <footer className="flex h-9 shrink-0 items-center gap-4 border-t border-line bg-canvas px-4 text-12 text-muted max-md:hidden">
            <span className="flex items-center gap-1.5">
              <Kbd keys={['ArrowUp', 'ArrowDown']} /> {t('palette.choose')}
            </span>
            <span className="flex items-center gap-1.5">
              <Kbd keys="Enter" /> {t('palette.run')}
            </span>
            <span className="ms-auto flex items-center gap-1.5">
              <Kbd keys="Escape" /> {t('palette.close')}
            </span>
          </footer>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Behind what the desk itself does here. */
function withMacros(items: readonly PaletteItem[], macros: readonly PaletteItem[]): readonly PaletteItem[] {
  const here = items.filter(({ group }) => group === 'conversation');
  return [...here, ...macros, ...items.slice(here.length)];
}

/** A contact whose conversation stands above is found already. */
function withoutKnown(remote: readonly PaletteItem[], local: readonly PaletteItem[]): readonly PaletteItem[] {
  const known = new Set(local.flatMap((item) => item.contact?.id ?? []));
  return remote.filter((item) => item.contact === null || !known.has(item.contact.id));
}

interface OptionProps {
  readonly item: PaletteItem;
  readonly index: number;
  readonly search: string;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onRun: () => void;
}

function Option({ item, index, search, isChosen, onPoint, onRun }: OptionProps) {
  const Icon = item.icon;
  return (
    <div
      id={`palette-${index}`}
      role="option"
      aria-selected={isChosen}
      onPointerMove={onPoint}
      onClick={onRun}
      className={cx(
        'flex h-9 items-center gap-3 rounded-md px-3 text-14 select-none pointer-coarse:h-11',
        isChosen && 'bg-accent-soft',
      )}
    >
      {item.contact ? (
        <Avatar name={item.contact.name} seed={item.contact.id} size={20} />
      ) : (
        Icon && (
          <Icon
            aria-hidden
            size={16}
            strokeWidth={1.75}
            className={cx('shrink-0', isChosen ? 'text-accent' : 'text-muted')}
          />
        )
      )}
      <bdi className={cx('truncate', item.pieces ? 'max-w-[45%] shrink-0' : 'shrink-0')}>
        {item.pieces ? <Pieces pieces={item.pieces.title} /> : <Found text={item.title} search={search.trim()} />}
      </bdi>
      <bdi className="min-w-0 flex-1 truncate text-13 text-muted">
        {item.pieces ? <Pieces pieces={item.pieces.hint} /> : item.hint}
      </bdi>
      {item.keys.length > 0 && <Kbd keys={item.keys} isExact />}
    </div>
  );
}

/** Found letters in accent. */
function Found({ text, search }: { readonly text: string; readonly search: string }) {
  const at = search === '' ? -1 : text.toLocaleLowerCase().indexOf(search.toLocaleLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <span className="font-semibold text-accent">{text.slice(at, at + search.length)}</span>
      {text.slice(at + search.length)}
    </>
  );
}
