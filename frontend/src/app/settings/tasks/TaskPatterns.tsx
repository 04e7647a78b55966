import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ListChecks, Pencil, Phone, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { deleteTaskPattern, fetchTaskPatterns } from '@/shared/api/calls';
import type { TaskPattern } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { PatternDialog, spanName } from './PatternDialog';

/** What tasks of one kind begin with: words, a check list, and when they are due. */
export function TaskPatterns() {
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ['task-patterns'], queryFn: fetchTaskPatterns });
  const [edited, setEdited] = useState<TaskPattern | 'new'>();
  const [deleted, setDeleted] = useState<TaskPattern>();

  async function remove(pattern: TaskPattern): Promise<void> {
    setDeleted(undefined);
    await act(() => deleteTaskPattern(pattern.id), { done: t('settings.patterns.deleted') });
    await queries.invalidateQueries({ queryKey: ['task-patterns'] });
  }

  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.patterns.title')}
      text={t('settings.patterns.text')}
      action={
        <Button icon={Plus} onClick={() => setEdited('new')}>
          {t('settings.patterns.create')}
        </Button>
      }
    >
      <Loaded query={query}>
        {(patterns) =>
          patterns.length === 0 ? (
            <EmptyState title={t('settings.patterns.empty')} text={t('settings.patterns.empty_text')} />
          ) : (
            <Rows label={t('settings.patterns.title')}>
              {patterns.map((pattern) => (
                <Row
                  key={pattern.id}
                  title={
                    <>
                      {pattern.kind === 'call_back' && (
                        <Phone role="img" aria-label={t('task.call_back')} size={14} strokeWidth={1.75} />
                      )}
                      <bdi className="truncate">{pattern.name}</bdi>
                    </>
                  }
                  text={<Facts pattern={pattern} />}
                  end={
                    <>
                      <IconButton
                        icon={Pencil}
                        label={t('settings.patterns.edit', { name: pattern.name })}
                        onClick={() => setEdited(pattern)}
                      />
                      <IconButton
                        icon={Trash2}
                        label={t('settings.patterns.delete_named', { name: pattern.name })}
                        onClick={() => setDeleted(pattern)}
                      />
                    </>
                  }
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {edited !== undefined && (
        <PatternDialog pattern={edited === 'new' ? null : edited} onClose={() => setEdited(undefined)} />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.patterns.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.patterns.delete_text')}
        action={t('settings.replies.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

function Facts({ pattern }: { readonly pattern: TaskPattern }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <span dir="auto">{pattern.title}</span>
      {pattern.due_in_minutes !== null && (
        <span>{t('settings.patterns.due', { span: spanName(pattern.due_in_minutes) })}</span>
      )}
      {pattern.checklist.length > 0 && (
        <span className="inline-flex items-center gap-1">
          <ListChecks aria-hidden size={12} strokeWidth={1.75} />
          {t('settings.patterns.lines', { count: pattern.checklist.length })}
        </span>
      )}
    </span>
  );
}
