import { TriangleAlert } from 'lucide-react';
import { availabilityText } from '@/app/availability/words';
import { teamsByName } from '@/app/teams/teams';
import { useSignedIn } from '@/shared/api/session';
import type { Agent, Team } from '@/shared/api/types';
import { formatSpan } from '@/shared/format/times';
import { hasText, t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar, ChannelMark } from '@/shared/ui/Avatar';
import { LabelDot } from '@/shared/ui/LabelMark';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { LANGUAGE_CODES, languageName } from '../../contact/languages';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Routing } from '../types';
import { Skills } from './Skills';
import { FirstAnswers } from './FirstAnswers';
import { loadOf, withValue } from './load';
import { useAwaySettings, useChangeRouting, useRouting, type AwaySettings } from './useRouting';

const PLACES = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30] as const;
const ACTIVE_MIN = [0, 10, 15, 30, 60, 120] as const;
const CUSTOMERS = [0, 20, 30, 50, 75, 100, 150] as const;
const MESSAGES = [0, 250, 500, 1000, 1500, 2000] as const;
const AWAY_MIN = [0, 5, 10, 15, 30, 60] as const;
const VANISHED_MIN = [0, 15, 30, 60, 120, 240] as const;
const SILENT_MIN = [2, 3, 5, 10, 15, 20, 30, 60] as const;
const ABSENT_MIN = [0, 5, 10, 20, 30, 60, 120] as const;
const LANGUAGE_MIN = [0, 2, 5, 10, 15, 30] as const;
const NONE = '';
const MODES = ['manual', 'round_robin', 'balanced'] as const;

/** How conversations find somebody: by team, by channel, and how many each bears. */
export default function RoutingPage() {
  const query = useRouting();
  const { agent } = useSignedIn();
  const isDisabled = !agent.permissions.includes('workspace:change');
  return (
    <Page group={t('settings.group.conversations')} title={t('settings.routing.title')} text={t('routing.text')}>
      <Loaded query={query}>
        {(routing) => (
          <>
            <TeamModes routing={routing} isDisabled={isDisabled} />
            <TakeBack routing={routing} isDisabled={isDisabled} />
            <ChannelTeams routing={routing} isDisabled={isDisabled} />
            <FirstAnswers routing={routing} isDisabled={isDisabled} />
            <Owners routing={routing} isDisabled={isDisabled} />
            <Languages routing={routing} isDisabled={isDisabled} />
            <Skills routing={routing} isDisabled={isDisabled} />
            <Capacity routing={routing} isDisabled={isDisabled} />
            <DayLimits routing={routing} isDisabled={isDisabled} />
            <People routing={routing} isDisabled={isDisabled} />
            <Away isDisabled={isDisabled} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface PartProps {
  readonly routing: Routing;
  readonly isDisabled: boolean;
}

function TeamModes({ routing, isDisabled }: PartProps) {
  const teams = useStore((state) => state.teams);
  const change = useChangeRouting();
  const modes = new Map(routing.teams.map(({ id, assignment }) => [id, assignment]));
  return (
    <Block title={t('settings.routing.teams')} text={t('routing.teams_text')}>
      {teams.size === 0 && <p className="text-13 text-muted">{t('routing.no_teams')}</p>}
      <Rows label={t('settings.routing.teams')}>
        {teamsByName(teams).map((team: Team) => {
          const mode = modes.get(team.id) ?? 'manual';
          return (
            <Row
              key={team.id}
              start={<LabelDot colour={team.colour} className="size-2.5" />}
              title={<bdi className="truncate">{team.name}</bdi>}
              text={t('routing.members', { count: team.member_ids.length })}
              end={
                <Select
                  label={t('routing.mode_of', { team: team.name })}
                  isLabelHidden
                  value={mode}
                  disabled={isDisabled}
                  options={MODES.map((value) => ({
                    value,
                    label: t(`routing.mode.${value}`),
                    hint: t(`routing.mode.${value}_hint`),
                  }))}
                  onValueChange={(next) => change({ teams: { [team.id]: next } }, { teams: { [team.id]: mode } })}
                  className="w-44"
                />
              }
            />
          );
        })}
      </Rows>
    </Block>
  );
}

function TakeBack({ routing, isDisabled }: PartProps) {
  const teams = useStore((state) => state.teams);
  const change = useChangeRouting();
  const minutesOf = new Map(routing.teams.map(({ id, take_back_min }) => [id, take_back_min]));
  if (teams.size === 0) return null;
  return (
    <Block title={t('settings.routing.take_back')} text={t('routing.take_back_text')}>
      <Rows label={t('settings.routing.take_back')}>
        {teamsByName(teams).map((team) => {
          const after = minutesOf.get(team.id) ?? null;
          return (
            <Row
              key={team.id}
              start={<LabelDot colour={team.colour} className="size-2.5" />}
              title={<bdi className="truncate">{team.name}</bdi>}
              end={
                <Select
                  label={t('routing.take_back_of', { team: team.name })}
                  isLabelHidden
                  value={after === null ? NONE : String(after)}
                  disabled={isDisabled}
                  options={[
                    { value: NONE, label: t('routing.never') },
                    ...withValue(SILENT_MIN, after ?? SILENT_MIN[0]).map((value) => ({
                      value: String(value),
                      label: t('routing.take_back_after', { span: minutes(value) }),
                    })),
                  ]}
                  onValueChange={(next) =>
                    change(
                      { take_back: { [team.id]: next === NONE ? null : Number(next) } },
                      { take_back: { [team.id]: after } },
                    )
                  }
                  className="w-44"
                />
              }
            />
          );
        })}
      </Rows>
    </Block>
  );
}

function ChannelTeams({ routing, isDisabled }: PartProps) {
  const channels = useStore((state) => state.channels);
  const teams = useStore((state) => state.teams);
  const change = useChangeRouting();
  return (
    <Block title={t('settings.routing.channels')} text={t('routing.channels_text')}>
      <Rows label={t('settings.routing.channels')}>
        {routing.channels.map(({ id, team_id }) => {
          const channel = channels.get(id);
          if (!channel) return null;
          return (
            <Row
              key={id}
              start={<ChannelMark type={channel.type} isBare />}
              title={<bdi className="truncate">{channel.name}</bdi>}
              end={
                <Select
                  label={t('routing.team_of', { channel: channel.name })}
                  isLabelHidden
                  value={team_id ?? NONE}
                  disabled={isDisabled}
                  options={[
                    { value: NONE, label: t('team.none') },
                    ...teamsByName(teams).map((team) => ({ value: team.id, label: team.name })),
                  ]}
                  onValueChange={(next) =>
                    change({ channels: { [id]: next === NONE ? null : next } }, { channels: { [id]: team_id } })
                  }
                  className="w-44"
                />
              }
            />
          );
        })}
      </Rows>
    </Block>
  );
}

function Owners({ routing, isDisabled }: PartProps) {
  const change = useChangeRouting();
  const { owners_first, by_rota } = routing.settings;
  return (
    <Block title={t('routing.owners')} text={t('routing.owners_text')}>
      <Switch
        label={t('settings.routing.owners_first')}
        checked={owners_first ?? true}
        disabled={isDisabled}
        onCheckedChange={(next) => change({ settings: { owners_first: next } }, { settings: { owners_first: !next } })}
      />
      <Switch
        label={t('settings.routing.by_rota')}
        hint={t('routing.by_rota_hint')}
        checked={by_rota ?? true}
        disabled={isDisabled}
        onCheckedChange={(next) => change({ settings: { by_rota: next } }, { settings: { by_rota: !next } })}
      />
    </Block>
  );
}

/** Without regions: who speaks a language, speaks it everywhere. */
const LANGUAGES = LANGUAGE_CODES.filter((code) => !code.includes('-'));

function Languages({ routing, isDisabled }: PartProps) {
  const change = useChangeRouting();
  const wait = routing.settings.language_wait_min ?? 0;
  const options = LANGUAGES.map((value) => ({ value, label: languageName(value) })).sort((a, b) =>
    a.label.localeCompare(b.label),
  );
  return (
    <Block title={t('settings.routing.languages')} text={t('routing.languages_text')}>
      <Select
        label={t('routing.language_wait')}
        hint={t('routing.language_wait_hint')}
        value={String(wait)}
        disabled={isDisabled}
        options={withValue(LANGUAGE_MIN, wait).map((value) => ({ value: String(value), label: minutes(value) }))}
        onValueChange={(value) =>
          change({ settings: { language_wait_min: Number(value) } }, { settings: { language_wait_min: wait } })
        }
      />
      <Rows label={t('settings.routing.languages')}>
        {usePeople(routing).map(({ agent, figures: { languages } }) => (
          <Row
            key={agent.id}
            start={<Avatar name={agent.name} seed={agent.id} />}
            title={<bdi className="truncate">{agent.name}</bdi>}
            end={
              <MultiSelect
                label={t('routing.languages_of', { name: agent.name })}
                placeholder={t('routing.languages_none')}
                values={languages}
                isDisabled={isDisabled}
                options={options}
                onValuesChange={(values) =>
                  change({ languages: { [agent.id]: values } }, { languages: { [agent.id]: [...languages] } })
                }
                className="w-56"
              />
            }
          />
        ))}
      </Rows>
    </Block>
  );
}

function Capacity({ routing, isDisabled }: PartProps) {
  const change = useChangeRouting();
  const channels = useStore((state) => state.channels);
  const { settings } = routing;
  const byType = settings.capacity_by_type ?? {};
  const types = [...new Set([...channels.values()].map(({ type }) => type).concat(Object.keys(byType)))].sort();
  const set = (wanted: Partial<Routing['settings']>) => {
    const before = Object.fromEntries(Object.keys(wanted).map((key) => [key, settings[key as keyof typeof settings]]));
    change({ settings: wanted }, { settings: before });
  };
  const number = (name: 'capacity' | 'active_min', values: readonly number[], describe: (value: number) => string) => (
    <Select
      label={t(`settings.routing.${name}`)}
      hint={t(`routing.${name}_hint`)}
      value={String(settings[name])}
      disabled={isDisabled}
      options={withValue(values, settings[name] ?? 0).map((value) => ({
        value: String(value),
        label: describe(value),
      }))}
      onValueChange={(value) => set({ [name]: Number(value) })}
    />
  );
  return (
    <Block title={t('routing.in_hand')} text={t('routing.in_hand_text')}>
      {number('capacity', PLACES, formatNumber)}
      {types.map((type) => (
        <Select
          key={type}
          label={t('routing.capacity_of', { type: typeName(type) })}
          value={byType[type] === undefined ? NONE : String(byType[type])}
          disabled={isDisabled}
          options={[
            { value: NONE, label: t('routing.as_of_all') },
            ...withValue(PLACES, byType[type] ?? 1).map((value) => ({
              value: String(value),
              label: formatNumber(value),
            })),
          ]}
          onValueChange={(value) => {
            const { [type]: _before, ...others } = byType;
            set({ capacity_by_type: value === NONE ? others : { ...others, [type]: Number(value) } });
          }}
        />
      ))}
      {number('active_min', ACTIVE_MIN, minutes)}
    </Block>
  );
}

/** What is enough for one person a day: for everybody, and for whoever bears more or less. */
function DayLimits({ routing, isDisabled }: PartProps) {
  const change = useChangeRouting();
  const people = usePeople(routing);
  const kinds = [
    ['day_customers', CUSTOMERS],
    ['day_messages', MESSAGES],
  ] as const;
  return (
    <Block title={t('settings.routing.day')} text={t('routing.day_text')}>
      {kinds.map(([name, values]) => {
        const value = routing.settings[name] ?? 0;
        return (
          <Select
            key={name}
            label={t(`settings.routing.${name}`)}
            hint={t(`routing.${name}_hint`)}
            value={String(value)}
            disabled={isDisabled}
            options={withValue(values, value).map((each) => ({ value: String(each), label: orNever(each) }))}
            onValueChange={(next) => change({ settings: { [name]: Number(next) } }, { settings: { [name]: value } })}
          />
        );
      })}
      <Rows label={t('settings.routing.day')}>
        {people.map(({ agent, figures: { day_limit: limit } }) => {
          const one = (kind: 'customers' | 'messages', values: readonly number[]) => {
            const value = limit[kind] ?? null;
            const shown = (each: number) => t(`routing.${kind}`, { number: orNever(each) });
            return (
              <Select
                label={t(`routing.day_${kind}_of`, { name: agent.name })}
                isLabelHidden
                value={value === null ? NONE : String(value)}
                disabled={isDisabled}
                options={[
                  { value: NONE, label: shown(routing.settings[`day_${kind}`] ?? 0), hint: t('routing.as_anybody') },
                  ...withValue(values, value ?? 0).map((each) => ({ value: String(each), label: shown(each) })),
                ]}
                onValueChange={(next) =>
                  change(
                    { day_limits: { [agent.id]: { ...limit, [kind]: next === NONE ? null : Number(next) } } },
                    { day_limits: { [agent.id]: limit } },
                  )
                }
                className="w-44"
              />
            );
          };
          return (
            <Row
              key={agent.id}
              start={<Avatar name={agent.name} seed={agent.id} />}
              title={<bdi className="truncate">{agent.name}</bdi>}
              end={
                <span className="flex gap-2 max-sm:flex-col">
                  {one('customers', CUSTOMERS)}
                  {one('messages', MESSAGES)}
                </span>
              }
            />
          );
        })}
      </Rows>
    </Block>
  );
}

function orNever(value: number): string {
  return value === 0 ? t('routing.never') : formatNumber(value);
}

/** Who works here, by their names. */
function usePeople(routing: Routing) {
  const agents = useStore((state) => state.agents);
  return routing.agents
    .flatMap((figures) => {
      const agent = agents.get(figures.id);
      return agent?.is_active ? [{ agent, figures }] : [];
    })
    .sort((a, b) => a.agent.name.localeCompare(b.agent.name));
}

function People({ routing, isDisabled }: PartProps) {
  const change = useChangeRouting();
  const people = usePeople(routing);
  return (
    <Block title={t('settings.routing.people')} text={t('routing.people_text')}>
      <Rows label={t('settings.routing.people')}>
        {people.map(({ agent, figures }) => (
          <Row
            key={agent.id}
            start={<Avatar name={agent.name} seed={agent.id} availability={agent.availability} />}
            title={<bdi className="truncate">{agent.name}</bdi>}
            text={<Figures agent={agent} figures={figures} settings={routing.settings} />}
            end={
              <Select
                label={t('routing.bears', { name: agent.name })}
                isLabelHidden
                value={figures.capacity === null ? NONE : String(figures.capacity)}
                disabled={isDisabled}
                options={[
                  { value: NONE, label: t('routing.as_anybody') },
                  ...withValue(PLACES, figures.capacity ?? 1).map((value) => ({
                    value: String(value),
                    label: formatNumber(value),
                  })),
                ]}
                onValueChange={(value) =>
                  change(
                    { agents: { [agent.id]: value === NONE ? null : Number(value) } },
                    { agents: { [agent.id]: figures.capacity } },
                  )
                }
                className="w-36"
              />
            }
          />
        ))}
      </Rows>
    </Block>
  );
}

interface FiguresProps {
  readonly agent: Agent;
  readonly figures: Routing['agents'][number];
  readonly settings: Routing['settings'];
}

function Figures({ agent, figures, settings }: FiguresProps) {
  const { load, bears, over } = loadOf(figures, settings as Required<typeof settings>);
  const today = t('routing.today', {
    customers: formatNumber(figures.day_customers),
    messages: formatNumber(figures.day_messages),
  });
  return (
    <>
      {availabilityText(agent)}
      <span className="block">
        {t('routing.load', { load: formatNumber(load), bears: formatNumber(bears) })}
        {over > 0 && <Warning text={t('routing.over', { count: over })} />}
      </span>
      <span className="block">
        {today}
        {figures.is_day_full && <Warning text={t('routing.day_full')} />}
      </span>
    </>
  );
}

function Warning({ text }: { readonly text: string }) {
  return (
    <span className="ms-2 inline-flex items-center gap-1 font-medium text-warn">
      <TriangleAlert aria-hidden size={14} strokeWidth={1.75} />
      {text}
    </span>
  );
}

function Away({ isDisabled }: { readonly isDisabled: boolean }) {
  const { settings, change } = useAwaySettings();
  if (!settings) return null;
  const one = (name: keyof AwaySettings, values: readonly number[]) => {
    const value = settings[name] ?? 0;
    return (
      <Select
        label={t(`settings.routing.${name}`)}
        hint={t(`routing.${name}_hint`)}
        value={String(value)}
        disabled={isDisabled}
        options={withValue(values, value).map((each) => ({ value: String(each), label: minutes(each) }))}
        onValueChange={(next) => change({ [name]: Number(next) }, { [name]: value })}
      />
    );
  };
  return (
    <Block title={t('routing.away')} text={t('routing.away_text')}>
      {one('away_after_min', AWAY_MIN)}
      {one('vanished_after_min', VANISHED_MIN)}
      {one('absent_after_min', ABSENT_MIN)}
    </Block>
  );
}

function typeName(type: string): string {
  const key = `scheme.${type}`;
  return hasText(key) ? t(key) : type;
}

function minutes(value: number): string {
  return value === 0 ? t('routing.never') : formatSpan(value * 60_000);
}
