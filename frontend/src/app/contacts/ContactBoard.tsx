/** Contacts in the columns of a choice field, as far as the list's search and filter mean them; dragged or keyed on. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { fetchContact, patchContact } from '@/shared/api/calls';
import { useSignedIn } from '@/shared/api/session';
import type { Contact, ContactRow, FieldValue, Filter, Id } from '@/shared/api/types';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { BoardTools } from '../board/BoardTools';
import { nameOf, optionColumns, placed, type OptionColumn } from '../board/columns';
import { MoveDialog } from '../board/MoveDialog';
import { useBoardKeys } from '../board/useBoardKeys';
import { useFields } from '../contact/fields';
import { paths } from '../paths';
import { announce } from '../shell/announce';
import { ContactColumn, type Found } from './ContactColumn';
import { keyOfContact, newestRows, type Moved } from './contactPlaces';
import { nameOfRow } from './nameOfRow';

/** So many changes of contacts as come within it are one question to the server. */
const AGAIN_AFTER_MS = 1_000;
const NONE: readonly Id[] = [];

export interface ContactBoardProps {
  readonly search: string;
  readonly filter: Filter;
  readonly onOpen: (id: Id) => void;
}

export default function ContactBoard({ search, filter, onOpen }: ContactBoardProps) {
  const own = useFields('contact');
  const fields = useMemo(() => own?.filter(({ type }) => type === 'choice') ?? [], [own]);
  const [grouping, setGrouping] = useStored<string>('threadline-contact-board', '');
  const field = fields.find(({ id }) => id === grouping) ?? fields[0];
  const mayMakeFields = useSignedIn().agent.permissions.includes('fields:manage');
  if (own === undefined) return <Skeleton className="p-4" lines={6} />;
  if (field === undefined) {
    return (
      <EmptyState
        title={t('contacts.board_none')}
        text={t('contacts.board_none_text')}
        action={
          mayMakeFields && (
            <Link href={paths.settings('fields')} className="text-14 font-medium text-accent">
              {t('shell.settings')}
            </Link>
          )
        }
      />
    );
  }
  return (
    <Columns
      key={field.id}
      columns={optionColumns(field)}
      search={search}
      filter={filter}
      onOpen={onOpen}
      chooser={
        <Select
          label={t('contacts.board_by')}
          isLabelHidden
          value={field.id}
          options={fields.map(({ id, name }) => ({ value: id, label: name }))}
          onValueChange={setGrouping}
        />
      }
    />
  );
}

interface ColumnsProps extends ContactBoardProps {
  readonly columns: readonly OptionColumn[];
  readonly chooser: React.ReactNode;
}

function Columns({ columns, search, filter, onOpen, chooser }: ColumnsProps) {
  const client = useQueryClient();
  const isPhone = useMedia(PHONE);
  const mayMove = useSignedIn().agent.permissions.includes('contacts:change');
  const [found, setFound] = useState<ReadonlyMap<string, Found>>(new Map());
  const [moved, setMoved] = useState<ReadonlyMap<Id, Moved>>(new Map());
  const [moves, setMoves] = useState(0);
  const [dragged, setDragged] = useState<Id>();
  const [asking, setAsking] = useState<Id>();
  const rows = useMemo(() => newestRows([...found.values()]), [found]);
  const field = columns[0]?.field;
  const keyOf = (row: ContactRow) => moved.get(row.id)?.key ?? keyOfContact(row, columns);
  const inColumns = placed(
    columns.map(({ key }) => ({
      key,
      rows: (found.get(key)?.rows ?? []).map(({ id }) => {
        const row = rows.get(id);
        return { id, at: row === undefined ? key : keyOf(row) };
      }),
    })),
  );
  const { place, setPlace, here, root, shown, focus } = useBoardKeys<OptionColumn>({
    columns,
    mayMoveTo: () => mayMove,
    onMove: (id, to) => void move(id, to),
    onOpen: (id) => id !== undefined && onOpen(id),
    onAsk: (id) => mayMove && setAsking(id),
  });

  const askAgain = () => void client.invalidateQueries({ queryKey: ['contacts'] });
  const epoch = useStore((state) => state.contactEpoch);
  const latest = useRef(epoch);
  latest.current = epoch;
  const [seen, setSeen] = useState(epoch);
  useEffect(() => {
    if (epoch === seen) return;
    const timer = setTimeout(() => {
      setSeen(latest.current);
      void client.invalidateQueries({ queryKey: ['contacts'] });
    }, AGAIN_AFTER_MS);
    return () => clearTimeout(timer);
    // One change after the other does not put the question off for ever: the first one's timer runs out.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [epoch === seen]);
  // What was moved from here stands where it was put until every column was asked after that: then the lists know.
  useEffect(() => {
    const askedAt = Math.min(...columns.map(({ key }) => found.get(key)?.askedAt ?? 0));
    setMoved((now) => {
      const left = [...now].filter(([, one]) => one.doneAt === undefined || one.doneAt >= askedAt);
      return left.length === now.size ? now : new Map(left);
    });
  }, [found, columns]);

  const show = (id: Id, key: string, doneAt?: number) =>
    setMoved((now) => new Map(now).set(id, doneAt === undefined ? { key } : { key, doneAt }));
  const put = async (id: Id, value: FieldValue | null): Promise<Contact> => {
    show(id, keyOfValue(value));
    setMoves((count) => count + 1);
    const contact = await patchContact(id, { fields: { [field?.id ?? '']: value } });
    show(id, keyOfValue(value), performance.now());
    askAgain();
    return contact;
  };
  const fail = (id: Id, error: unknown) => {
    setMoved((now) => new Map([...now].filter(([one]) => one !== id)));
    setMoves((count) => count + 1);
    showToast(problemText(error), { isError: true });
    askAgain();
  };
  const takeBack = async (id: Id, left: FieldValue | null, before: FieldValue | null) => {
    const stands = (await fetchContact(id)).fields[field?.id ?? ''] ?? null;
    if (stands === left) await put(id, before);
    else showToast(said('changed_since', CHANGED_SINCE), { isError: true });
  };
  async function move(id: Id, to: OptionColumn): Promise<void> {
    const row = rows.get(id);
    if (row === undefined || field === undefined || keyOf(row) === to.key) return;
    const before = row.fields[field.id] ?? null;
    const value = to.option?.id ?? null;
    const text = t('board.moved', { name: nameOfRow(row), column: nameOf(to) });
    setPlace({ key: to.key, id });
    announce(text);
    try {
      await put(id, value);
      showToast(text, { undo: () => void takeBack(id, value, before).catch((error: unknown) => fail(id, error)) });
    } catch (error) {
      fail(id, error);
    }
  }
  const asked = asking === undefined ? undefined : rows.get(asking);
  return (
    <>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
        {chooser}
        <BoardTools
          columns={columns}
          here={here?.key}
          isPhone={isPhone}
          onColumn={(key) => setPlace({ key, id: undefined })}
          onMove={place?.id === undefined || !mayMove ? undefined : () => setAsking(place.id)}
        />
      </div>
      <div
        ref={root}
        role="group"
        aria-label={t('contacts.board')}
        className="flex min-h-0 flex-1 gap-3 overflow-x-auto bg-canvas p-3 max-md:p-0"
      >
        {columns.map((column) => (
          <ContactColumn
            key={column.key}
            column={column}
            search={search}
            filter={filter}
            isHidden={isPhone && column.key !== here?.key}
            live={inColumns.get(column.key) ?? NONE}
            moves={moves}
            row={(id) => rows.get(id)}
            mayMove={mayMove}
            active={place?.key === column.key ? place.id : undefined}
            dragged={dragged}
            onFound={(answer) => setFound((now) => new Map(now).set(column.key, answer))}
            onShown={(ids) => {
              shown.current.set(column.key, ids);
            }}
            onPlace={(id) => setPlace({ key: column.key, id })}
            onOpen={onOpen}
            onMove={setAsking}
            onDrag={setDragged}
            onDrop={(id) => {
              setDragged(undefined);
              void move(id, column);
            }}
          />
        ))}
      </div>
      {asked !== undefined && (
        <MoveDialog
          name={nameOfRow(asked)}
          columns={columns}
          here={keyOf(asked)}
          onClose={() => setAsking(undefined)}
          onChoose={(column) => {
            setAsking(undefined);
            void move(asked.id, column);
            if (!isPhone) focus({ key: column.key, id: asked.id });
          }}
        />
      )}
    </>
  );
}

const CHANGED_SINCE = 'Somebody changed this since. What they changed stays as it is.';

function keyOfValue(value: FieldValue | null): string {
  return `option-${typeof value === 'string' ? value : ''}`;
}
