import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
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
import { guessColumn, KNOWN, parseTable, writeTable } from './csv';

const LARGEST_BYTES = 20_000_000;
const SHOWN = 3;

type Mode = 'both' | 'create' | 'update';

interface Outcome {
  readonly outcome: 'created' | 'updated' | 'skipped' | 'failed';
  readonly text: string;
  readonly reason: string;
}

interface Run {
  readonly isPreview: boolean;
  readonly done: number;
  readonly outcomes: readonly Outcome[];
  readonly isOver: boolean;
  readonly batchId?: Id;
}

/** A table of contacts: its columns are named, tried without keeping anything, then read in; and it can be taken back. */
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
  const [run, setRun] = useState<Run>();
  const [error, setError] = useState<string>();
  const [heads = [], ...rows] = table;
  const isBusy = run !== undefined && !run.isOver;
  const isRead = run?.isOver === true && !run.isPreview;

  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    setRun(undefined);
    if (file.size > LARGEST_BYTES) return setError(t('contacts.import_too_large'));
    const found = parseTable(await file.text());
    if (found.length < 2) return setError(t('contacts.import_empty'));
    setError(undefined);
    setFileName(file.name);
    setTable(found);
    setColumns((found[0] ?? []).map((head) => guessColumn(head, fields)));
  };

  const start = async (isPreview: boolean) => {
    setError(undefined);
    const outcomes: Outcome[] = [];
    const show = (done: number, isOver: boolean, batchId?: Id) =>
      setRun({ isPreview, done, outcomes: [...outcomes], isOver, batchId });
    show(0, false);
    let batchId: Id | undefined;
    try {
      batchId = await beginBatch('import', fileName);
      const id = batchId;
      await inSlices(
        rows,
        async (slice) => {
          const body = {
            rows: slice.map((row) => rowOf(row, columns)),
            mode,
            region,
            label_ids: labelIds,
            is_preview: isPreview,
          };
          const path = `/api/contact-batches/${id}/rows`;
          outcomes.push(...(await request<{ items: Outcome[] }>('POST', path, { body })).items);
        },
        (done) => show(done, false, batchId),
      );
    } catch (reason) {
      setError(problemText(reason));
    }
    show(outcomes.length, true, batchId);
    if (!isPreview) void client.invalidateQueries({ queryKey: ['contacts'] });
  };

  const undo = async () => {
    if (run?.batchId === undefined) return;
    try {
      await undoBatch(run.batchId);
      setRun(undefined);
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
        isRead ? (
          <>
            <Button onClick={() => void undo()}>{t('contacts.import_undo')}</Button>
            <Button look="filled" onClick={onClose}>
              {t('common.close')}
            </Button>
          </>
        ) : (
          <>
            <Button look="plain" disabled={isBusy} onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button disabled={rows.length === 0} isBusy={isBusy && run.isPreview} onClick={() => void start(true)}>
              {t('contacts.import_try')}
            </Button>
            <Button
              look="filled"
              disabled={rows.length === 0}
              isBusy={isBusy && !run.isPreview}
              onClick={() => void start(false)}
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
      {rows.length > 0 && !isRead && (
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
                        setRun(undefined);
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
      {run !== undefined && <Result run={run} heads={heads} rows={rows} />}
      {error !== undefined && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}

interface ResultProps {
  readonly run: Run;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function Result({ run, heads, rows }: ResultProps) {
  const count = (outcome: Outcome['outcome']) =>
    formatNumber(run.outcomes.filter((one) => one.outcome === outcome).length);
  const failed = run.outcomes.flatMap((one, place) => (one.outcome === 'failed' ? [{ ...one, place }] : []));
  return (
    <section aria-label={t('contacts.import_result')} className="flex flex-col gap-2 text-13">
      {!run.isOver && <progress value={run.done} max={rows.length} className="h-1.5 w-full accent-accent" />}
      <p role="status">
        {run.isPreview ? `${t('contacts.import_tried')} ` : ''}
        {t('contacts.import_counts', {
          created: count('created'),
          updated: count('updated'),
          skipped: count('skipped'),
          failed: count('failed'),
        })}
      </p>
      {failed.length > 0 && (
        <>
          <ul className="text-12 text-danger">
            {failed.slice(0, 5).map((one) => (
              <li key={one.place}>{t('contacts.import_row', { row: one.place + 2, why: whyOf(one) })}</li>
            ))}
          </ul>
          {run.isOver && (
            <span>
              <Button
                size="small"
                onClick={() =>
                  save(
                    writeTable([
                      [...heads, t('contacts.import_why')],
                      ...failed.map((one) => [...(rows[one.place] ?? []), whyOf(one)]),
                    ]),
                  )
                }
              >
                {t('contacts.import_failed_rows')}
              </Button>
            </span>
          )}
        </>
      )}
    </section>
  );
}

function whyOf(one: Outcome): string {
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
    if ((KNOWN as readonly string[]).includes(column)) row[column] = cell.slice(0, LONGEST[column] ?? 60);
    else fields[column] = cell.slice(0, 1_000);
  });
  return { ...row, fields };
}

const LONGEST: Readonly<Record<string, number>> = {
  name: 100,
  phone: 60,
  email: 254,
  company: 100,
  locale: 20,
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
    case 'locale':
      return t('contact.language');
    case 'time_zone':
      return t('contact.time_zone');
  }
}
