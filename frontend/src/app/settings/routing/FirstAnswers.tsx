import { teamsByName } from '@/app/teams/teams';
import type { Id } from '@/shared/api/types';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { ChannelMark } from '@/shared/ui/Avatar';
import { Select } from '@/shared/ui/Select';
import { Block } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Routing, RoutingUpdate } from '../types';
import { withValue } from './load';
import { useChangeRouting } from './useRouting';

const NONE = '';
const AFTER_MIN = [1, 2, 3, 5, 10, 15, 30, 60] as const;
const HOURS = ['always', 'open', 'closed'] as const;

type FirstAnswer = NonNullable<NonNullable<RoutingUpdate['first_answers']>[string]>;

export interface FirstAnswersProps {
  readonly routing: Routing;
  readonly isDisabled: boolean;
}

/** On which channels a bot answers first, to whom it hands over, and when without being asked. */
export function FirstAnswers({ routing, isDisabled }: FirstAnswersProps) {
  const channels = useStore((state) => state.channels);
  const { bots, first_answers } = routing;
  return (
    <Block title={t('settings.routing.first_answers')} text={t('bots.text')}>
      {bots.length === 0 && <p className="text-13 text-muted">{t('bots.none')}</p>}
      {bots.length > 0 && (
        <Rows label={t('settings.routing.first_answers')}>
          {routing.channels.map(({ id }) => {
            const channel = channels.get(id);
            if (!channel) return null;
            const found = first_answers.find(({ channel_id }) => channel_id === id);
            return (
              <ChannelRow
                key={id}
                id={id}
                type={channel.type}
                name={channel.name}
                bots={bots}
                first={found && restOf(found)}
                isDisabled={isDisabled}
              />
            );
          })}
        </Rows>
      )}
    </Block>
  );
}

function restOf({ bot_id, team_id, after_min, hours }: Routing['first_answers'][number]): FirstAnswer {
  return { bot_id, team_id, after_min, hours };
}

interface ChannelRowProps {
  readonly id: Id;
  readonly type: string;
  readonly name: string;
  readonly bots: Routing['bots'];
  readonly first: FirstAnswer | undefined;
  readonly isDisabled: boolean;
}

function ChannelRow({ id, type, name, bots, first, isDisabled }: ChannelRowProps) {
  const change = useChangeRouting();
  const before = first ?? null;
  const set = (wanted: FirstAnswer | null) =>
    change({ first_answers: { [id]: wanted } }, { first_answers: { [id]: before } });
  return (
    <Row
      start={<ChannelMark type={type} isBare />}
      title={<bdi className="truncate">{name}</bdi>}
      text={
        <span className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] items-end gap-2 pt-2 text-ink">
          <Select
            label={t('bots.of', { channel: name })}
            value={first?.bot_id ?? NONE}
            disabled={isDisabled}
            options={[
              { value: NONE, label: t('bots.nobody') },
              ...bots
                .filter((bot) => bot.is_alive || bot.id === first?.bot_id)
                .map((bot) => ({
                  value: bot.id,
                  label: bot.is_alive ? bot.name : t('bots.ended', { name: bot.name }),
                })),
            ]}
            onValueChange={(next) => set(next === NONE ? null : { ...first, bot_id: next })}
            className="col-span-full"
          />
          {first && <Terms first={first} isDisabled={isDisabled} onChange={set} />}
        </span>
      }
    />
  );
}

interface TermsProps {
  readonly first: FirstAnswer;
  readonly isDisabled: boolean;
  readonly onChange: (wanted: FirstAnswer) => void;
}

function Terms({ first, isDisabled, onChange }: TermsProps) {
  const teams = useStore((state) => state.teams);
  const after = first.after_min ?? 1;
  return (
    <>
      <Select
        label={t('bots.team')}
        value={first.team_id ?? NONE}
        disabled={isDisabled}
        options={[
          { value: NONE, label: t('bots.team_of_channel') },
          ...teamsByName(teams).map((team) => ({ value: team.id, label: team.name })),
        ]}
        onValueChange={(next) => onChange({ ...first, team_id: next === NONE ? null : next })}
      />
      <Select
        label={t('bots.after')}
        value={String(after)}
        disabled={isDisabled}
        options={withValue(AFTER_MIN, after).map((value) => ({
          value: String(value),
          label: formatSpan(value * 60_000),
        }))}
        onValueChange={(next) => onChange({ ...first, after_min: Number(next) })}
      />
      <Select
        label={t('bots.hours')}
        value={first.hours ?? 'always'}
        disabled={isDisabled}
        options={HOURS.map((value) => ({ value, label: t(`bots.hours.${value}`) }))}
        onValueChange={(next) => onChange({ ...first, hours: next })}
      />
    </>
  );
}
