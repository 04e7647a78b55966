import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useFields } from '../contact/fields';
import { labelsOfKind } from '../labels/labels';
import { beginBatch, inSlices, undoBatch } from './batches';
import { countryCode, guessColumn, KNOWN, parseTable, writeTable } from './csv';
import {
  bringTable,
  fetchFailed,
  isGoingOn,
  isUndoing,
  useImports,
  type ContactBatch,
  type FailedRow,
} from './useImport';

const LARGEST_BYTES = 20_000_000;
const SHOWN = 3;
const SHOWN_FAILURES = 5;
const SHOWN_IMPORTS = 4;

type Mode = 'both' | 'create' | 'update';

interface Outcome {
  readonly outcome: 'created' | 'updated' | 'skipped' | 'failed';
  readonly text: string;
  readonly reason: string;
}

/** Everything was tried, and nothing of it kept. */
interface Trial {
  readonly done: number;
  readonly outcomes: readonly Outcome[];
  readonly isOver: boolean;
}

/**
 * A table of contacts: its columns are named, tried without keeping anything, then brought to the server, where a worker
 * reads it in whether this page stays or not; and it can be taken back.
 */
export default function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const fields = useFields('contact') ?? [];
  const labels = labelsOfKind(
    'contact',
    useStore((state) => state.labels),
  );
  const client = useQueryClient();
  const [fileName, setFileName] = useState('');
  const [table, setTable] = useState<readonly (readonly string[])[]>([]);
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [mode, setMode] = useState<Mode>('both');
  const [region, setRegion] = useState('');
  const [labelIds, setLabelIds] = useState<readonly Id[]>([]);
  const [trial, setTrial] = useState<Trial>();
  const [brought, setBrought] = useState<number>();
  const [batchId, setBatchId] = useState<Id>();
  const imports = useImports();
  const batch = imports.find(({ id }) => id === batchId);
  const [error, setError] = useState<string>();
  const [heads = [], ...rows] = table;
  const isTrying = trial !== undefined && !trial.isOver;
  const isBusy = isTrying || brought !== undefined;

  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    setTrial(undefined);
    setBatchId(undefined);
    if (file.size > LARGEST_BYTES) return setError(t('contacts.import_too_large'));
    const found = parseTable(await file.text());
    if (found.length < 2) return setError(t('contacts.import_empty'));
    setError(undefined);
    setFileName(file.name);
    setTable(found);
    setColumns((found[0] ?? []).map((head) => guessColumn(head, fields)));
  };

  const tryIt = async () => {
    setError(undefined);
    const outcomes: Outcome[] = [];
    const show = (isOver: boolean) => setTrial({ done: outcomes.length, outcomes: [...outcomes], isOver });
    show(false);
    try {
      const path = `/api/contact-batches/${await beginBatch(fileName)}/rows`;
      await inSlices(
        rows,
        async (slice) => {
          const body = {
            rows: slice.map((row) => rowOf(row, columns)),
            mode,
            region,
            label_ids: labelIds,
            is_preview: true,
          };
          outcomes.push(...(await request<{ items: Outcome[] }>('POST', path, { body })).items);
        },
        () => show(false),
      );
    } catch (reason) {
      setError(problemText(reason));
    }
    show(true);
  };

  const readIn = async () => {
    setError(undefined);
    setTrial(undefined);
    setBrought(0);
    try {
      const id = await beginBatch(fileName);
      const way = { mode, region, label_ids: labelIds };
      await bringTable(
        id,
        rows.map((row) => rowOf(row, columns)),
        way,
        setBrought,
      );
      await client.invalidateQueries({ queryKey: ['contact-batches'] });
      setBatchId(id);
    } catch (reason) {
      setError(problemText(reason));
    }
    setBrought(undefined);
  };

  const undo = async (id: Id) => {
    try {
      await undoBatch(id);
      await client.invalidateQueries({ queryKey: ['contact-batches'] });
      void client.invalidateQueries({ queryKey: ['contacts'] });
    } catch (reason) {
      setError(problemText(reason));
    }
  };

  return (
    <Dialog
      open
      isWide
      isSticky={isBusy}
      onOpenChange={(isOpen) => !isOpen && !isBusy && onClose()}
      title={t('contacts.import_title')}
      description={t('contacts.import_text')}
      footer={
        batch !== undefined ? (
          <>
            {!isGoingOn(batch) && batch.undone_at === null && (
              <Button onClick={() => void undo(batch.id)}>{t('contacts.import_undo')}</Button>
            )}
            <Button look="filled" onClick={onClose}>
              {t('common.close')}
            </Button>
          </>
        ) : (
          <>
            <Button look="plain" disabled={isBusy} onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button disabled={rows.length === 0 || isBusy} isBusy={isTrying} onClick={() => void tryIt()}>
              {t('contacts.import_try')}
            </Button>
            <Button
              look="filled"
              disabled={rows.length === 0 || isBusy}
              isBusy={brought !== undefined}
              onClick={() => void readIn()}
            >
              {t('contacts.import')}
            </Button>
          </>
        )
      }
    >
      <label className="flex flex-col gap-1.5 text-14 font-medium">
        {t('contacts.import_file')}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          disabled={isBusy}
          onChange={(event) => void read(event.target.files?.[0])}
          className="rounded-md border border-line-strong bg-raised p-1.5 text-13 font-normal"
        />
      </label>
      {rows.length > 0 && batch === undefined && (
        <>
          <table className="w-full text-13">
            <thead>
              <tr className="text-start text-12 text-muted">
                <th scope="col" className="pb-1 text-start font-medium">
                  {t('contacts.import_column')}
                </th>
                <th scope="col" className="pb-1 text-start font-medium">
                  {t('contacts.import_means')}
                </th>
              </tr>
            </thead>
            <tbody>
              {heads.map((head, place) => (
                <tr key={place} className="align-top">
                  <th scope="row" className="max-w-60 py-1 pe-3 text-start font-normal">
                    <bdi className="block truncate font-medium">{head}</bdi>
                    <bdi className="block truncate text-12 text-muted">
                      {rows
                        .slice(0, SHOWN)
                        .map((row) => row[place] ?? '')
                        .filter(Boolean)
                        .join(' · ')}
                    </bdi>
                  </th>
                  <td className="py-1">
                    <Select
                      label={t('contacts.import_means_of', { name: head })}
                      isLabelHidden
                      value={columns[place] ?? ''}
                      options={[
                        { value: '', label: t('contacts.import_nothing') },
                        ...KNOWN.map((value) => ({ value, label: nameOf(value) })),
                        ...fields.map(({ id, name }) => ({ value: id, label: name })),
                      ]}
                      onValueChange={(value) => {
                        setTrial(undefined);
                        setColumns(columns.map((one, index) => (index === place ? value : one)));
                      }}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Select<Mode>
            label={t('contacts.import_mode')}
            value={mode}
            options={(['both', 'create', 'update'] as const).map((value) => ({
              value,
              label: t(`contacts.import_mode_${value}`),
            }))}
            onValueChange={setMode}
          />
          <TextField
            label={t('contacts.import_region')}
            hint={t('contacts.import_region_hint')}
            maxLength={2}
            dir="ltr"
            value={region}
            onValueChange={(value) => setRegion(value.toUpperCase().replace(/[^A-Z]/g, ''))}
          />
          {labels.length > 0 && (
            <fieldset>
              <legend className="text-14 font-medium">{t('contacts.import_labels')}</legend>
              <div className="flex flex-wrap gap-x-4">
                {labels.map((label) => (
                  <Checkbox
                    key={label.id}
                    label={label.name}
                    checked={labelIds.includes(label.id)}
                    onCheckedChange={(isOn) =>
                      setLabelIds(isOn ? [...labelIds, label.id] : labelIds.filter((one) => one !== label.id))
                    }
                  />
                ))}
              </div>
            </fieldset>
          )}
        </>
      )}
      {trial !== undefined && <TrialResult trial={trial} count={rows.length} />}
      {brought !== undefined && (
        <Progress
          done={brought}
          total={rows.length}
          text={t('contacts.import_bringing', { done: formatNumber(brought), total: formatNumber(rows.length) })}
        />
      )}
      {batch !== undefined && <BatchResult batch={batch} heads={heads} rows={rows} />}
      {error !== undefined && <InlineError>{error}</InlineError>}
      {batch === undefined && <Lately imports={imports} onUndo={(id) => void undo(id)} onShow={setBatchId} />}
    </Dialog>
  );
}

interface ProgressProps {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

function Progress({ done, total, text }: ProgressProps) {
  return (
    <section aria-label={t('contacts.import_result')} className="flex flex-col gap-2 text-13">
      <progress aria-label={text} value={done} max={total} className="h-1.5 w-full accent-accent" />
      <p role="status">{text}</p>
    </section>
  );
}

function TrialResult({ trial, count }: { readonly trial: Trial; readonly count: number }) {
  const number = (outcome: Outcome['outcome']) =>
    formatNumber(trial.outcomes.filter((one) => one.outcome === outcome).length);
  const failed = trial.outcomes.flatMap((one, place) => (one.outcome === 'failed' ? [{ ...one, place }] : []));
  const text = `${t('contacts.import_tried')} ${t('contacts.import_counts', {
    created: number('created'),
    updated: number('updated'),
    skipped: number('skipped'),
    failed: number('failed'),
  })}`;
  return (
    <section aria-label={t('contacts.import_result')} className="flex flex-col gap-2 text-13">
      {!trial.isOver && (
        <progress aria-label={text} value={trial.done} max={count} className="h-1.5 w-full accent-accent" />
      )}
      <p role="status">{text}</p>
      <Reasons failed={failed.slice(0, SHOWN_FAILURES)} />
    </section>
  );
}

function Reasons({ failed }: { readonly failed: readonly (Pick<Outcome, 'reason' | 'text'> & { place: number })[] }) {
  if (failed.length === 0) return null;
  return (
    <ul className="text-12 text-danger">
      {failed.map((one) => (
        <li key={one.place}>{t('contacts.import_row', { row: one.place + 2, why: whyOf(one) })}</li>
      ))}
    </ul>
  );
}

interface BatchResultProps {
  readonly batch: ContactBatch;
  readonly heads: readonly string[];
  /** The table itself, if this page brought it. */
  readonly rows: readonly (readonly string[])[];
}

/** How far a worker is with a table, and what it could not read in. */
function BatchResult({ batch, heads, rows }: BatchResultProps) {
  const failed = useQuery({
    queryKey: ['failed-rows', batch.id, batch.failed],
    queryFn: () => fetchFailed(batch.id),
    enabled: batch.failed > 0 && !isGoingOn(batch),
  }).data;
  if (isUndoing(batch)) return <p role="status">{undoingText(batch)}</p>;
  if (isGoingOn(batch)) {
    const [done, total] = [formatNumber(batch.done), formatNumber(batch.total)];
    return <Progress done={batch.done} total={batch.total} text={t('contacts.import_going_on', { done, total })} />;
  }
  return (
    <section aria-label={t('contacts.import_result')} className="flex flex-col gap-2 text-13">
      <p role="status">{batch.undone_at === null ? countsOf(batch) : t('contacts.import_undone')}</p>
      {failed !== undefined && failed.length > 0 && (
        <>
          <Reasons failed={failed.slice(0, SHOWN_FAILURES)} />
          <span>
            <Button size="small" onClick={() => save(writeTable(tableOf(failed, heads, rows)))}>
              {t('contacts.import_failed_rows')}
            </Button>
          </span>
        </>
      )}
    </section>
  );
}

function undoingText(batch: ContactBatch): string {
  return t('contacts.import_undoing', { number: formatNumber(batch.created_count + batch.changed_count) });
}

function countsOf(batch: ContactBatch): string {
  return t('contacts.import_done', {
    total: formatNumber(batch.total),
    created: formatNumber(batch.created_count),
    updated: formatNumber(batch.changed_count),
    failed: formatNumber(batch.failed),
  });
}

/** As they were brought, if that is here; else as they were meant. */
function tableOf(
  failed: readonly FailedRow[],
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const why = t('contacts.import_why');
  if (rows.length > 0) return [[...heads, why], ...failed.map((one) => [...(rows[one.place] ?? []), whyOf(one)])];
  return [
    [...KNOWN.map(nameOf), why],
    ...failed.map((one) => [...KNOWN.map((column) => one.row[column] ?? ''), whyOf(one)]),
  ];
}

interface LatelyProps {
  readonly imports: readonly ContactBatch[];
  readonly onUndo: (id: Id) => void;
  readonly onShow: (id: Id) => void;
}

/** Tables that were read in, or are at this moment, from whatever page. */
function Lately({ imports, onUndo, onShow }: LatelyProps) {
  const now = useMinute();
  if (imports.length === 0) return null;
  return (
    <section aria-label={t('contacts.import_lately')} className="text-13">
      <h3 className="pb-1 font-medium">{t('contacts.import_lately')}</h3>
      <ul>
        {imports.slice(0, SHOWN_IMPORTS).map((batch) => (
          <li key={batch.id} className="flex min-h-9 flex-wrap items-center gap-x-3 border-t border-line py-1">
            <Button look="link" size="small" onClick={() => onShow(batch.id)}>
              <bdi>{batch.name || t('contacts.import_nameless')}</bdi>
            </Button>
            <span className="text-12 text-muted">{formatRowTime(batch.created_at, now)}</span>
            <span className="text-12 text-muted">
              {isUndoing(batch)
                ? undoingText(batch)
                : isGoingOn(batch)
                  ? t('contacts.bulk_progress', { done: formatNumber(batch.done), total: formatNumber(batch.total) })
                  : batch.undone_at === null
                    ? countsOf(batch)
                    : t('contacts.import_undone')}
            </span>
            {!isGoingOn(batch) && batch.undone_at === null && (
              <span className="ms-auto">
                <Button size="small" look="plain" onClick={() => onUndo(batch.id)}>
                  {t('common.undo')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function whyOf(one: Pick<Outcome, 'reason' | 'text'>): string {
  return said(one.reason, one.text);
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'failed-rows.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function rowOf(cells: readonly string[], columns: readonly string[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  const fields: Record<string, string> = {};
  columns.forEach((column, place) => {
    const cell = (cells[place] ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
    if (column === '' || cell === '') return;
    if (column === 'country') row[column] = countryCode(cell).slice(0, LONGEST[column]);
    else if ((KNOWN as readonly string[]).includes(column)) row[column] = cell.slice(0, LONGEST[column] ?? 60);
    else fields[column] = cell.slice(0, 1_000);
  });
  return { ...row, fields };
}

const LONGEST: Readonly<Record<string, number>> = {
  name: 100,
  phone: 60,
  email: 254,
  company: 100,
  owner: 254,
  locale: 20,
  country: 60,
  time_zone: 60,
};

function nameOf(column: (typeof KNOWN)[number]): string {
  switch (column) {
    case 'name':
      return t('contact.name');
    case 'phone':
      return t('contacts.column_phone');
    case 'email':
      return t('contact.email');
    case 'company':
      return t('contact.company');
    case 'owner':
      return t('companies.owner');
    case 'locale':
      return t('contact.language');
    case 'country':
      return t('contact.country');
    case 'time_zone':
      return t('contact.time_zone');
  }
}
