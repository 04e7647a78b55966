import {
  Info,
  LayoutGrid,
  List,
  MousePointerClick,
  Phone,
  PhoneMissed,
  ShoppingBag,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { Choice, Content } from '@/shared/api/types';
import { isOnlyEmoji } from '@/shared/format/richText';
import { hasText, t } from '@/shared/i18n';
import { formatDuration, formatNumber } from '@/shared/i18n/format';
import { BesideMeta, Meta, WithMeta } from '../Meta';
import { RichText, type RichTextProps } from '../RichText';
import type { ShownMessage } from '../rows';
import { CardsView } from './CardsView';
import { LocationView } from './LocationView';
import { MediaView } from './MediaView';

/** What a message says, whatever it is. */
export function ContentView({
  shown,
  content,
}: {
  readonly shown: ShownMessage;
  readonly content: Content;
}): ReactNode {
  switch (content.kind) {
    case 'text':
      return <TextView shown={shown} text={content.text} mentions={content.mentions} />;
    case 'media':
      return <MediaView shown={shown} content={content} />;
    case 'location':
      return <LocationView shown={shown} content={content} />;
    case 'contacts':
      return <CardsView shown={shown} content={content} />;
    case 'choice':
      return (
        <Headed
          icon={MousePointerClick}
          head={t(`choice.${content.source}`)}
          text={joinLines(content.choice.title, content.choice.description)}
          shown={shown}
        />
      );
    case 'buttons':
      return <Framed header={content.header} footer={content.footer} shown={shown} text={content.text} />;
    case 'list':
      return (
        <Framed header={content.header} footer={content.footer} shown={shown} text={content.text}>
          <ListSections sections={content.sections} />
        </Framed>
      );
    case 'link_button':
      return <Framed header={content.header} footer={content.footer} shown={shown} text={content.text} />;
    case 'request':
      return <Headed icon={Info} head={t(`request.${content.asks_for}`)} text={content.text} shown={shown} />;
    case 'order':
      return (
        <Headed icon={ShoppingBag} head={t('kind.order')} text={content.text} shown={shown}>
          <table className="text-13">
            <tbody>
              {content.items.map((item, index) => (
                <tr key={index}>
                  <td className="tabular pe-3 text-end text-muted">{t('order.times', { count: item.quantity })}</td>
                  <td className="pe-4 wrap-anywhere">
                    <bdi>{item.product_id}</bdi>
                  </td>
                  <td className="tabular text-end">{price(item.price, item.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Headed>
      );
    case 'form_answer':
      return (
        <Headed icon={List} head={t('kind.form_answer')} text={content.text} shown={shown}>
          <dl className="text-13 wrap-anywhere">
            {Object.entries(content.answers ?? {}).map(([name, value]) => (
              <div key={name} className="flex flex-wrap gap-x-2">
                <dt className="text-muted">
                  <bdi>{name.replaceAll('_', ' ')}</bdi>
                </dt>
                <dd dir="auto">{value}</dd>
              </div>
            ))}
          </dl>
        </Headed>
      );
    case 'template':
      return (
        <Headed
          icon={LayoutGrid}
          head={t('template.named', { name: content.name })}
          text={content.text || content.name}
          shown={shown}
        />
      );
    case 'product':
      return (
        <Headed
          icon={ShoppingBag}
          head={t('kind.product')}
          text={joinLines(content.header, content.text, content.product_ids.join(', '), content.footer)}
          shown={shown}
        />
      );
    case 'native':
      return <Headed icon={Info} head={t('native.named', { type: content.type })} text={content.text} shown={shown} />;
    case 'call':
      return (
        <Word
          icon={content.outcome === 'answered' ? Phone : PhoneMissed}
          word={[t(`call.${content.outcome}`), content.duration_s ? formatDuration(content.duration_s) : '']
            .filter(Boolean)
            .join(', ')}
          shown={shown}
        />
      );
    case 'line':
      return null;
    case 'unsupported':
      return content.text && !content.code ? (
        <Headed icon={Info} head={unsupportedWord(content.type)} text={content.text} shown={shown} />
      ) : (
        <Word icon={Info} word={unsupportedWord(content.type)} shown={shown} />
      );
  }
}

export function TextView({ shown, text, mentions }: RichTextProps & { readonly shown: ShownMessage }) {
  const isLarge = isOnlyEmoji(text);
  return (
    <WithMeta shown={shown}>
      <span dir="auto" className={isLarge ? 'text-[2rem] leading-10' : 'break-words whitespace-pre-wrap'}>
        <RichText text={text} mentions={mentions} />
      </span>
    </WithMeta>
  );
}

interface HeadedProps {
  readonly icon: LucideIcon;
  readonly head: string;
  /** Its own words, below all else. */
  readonly text?: string;
  readonly shown: ShownMessage;
  readonly children?: ReactNode;
}

/** What is no plain text: a sign and a word say what it is. */
function Headed({ icon: Icon, head, text, shown, children }: HeadedProps) {
  if (!text && !children) return <Word icon={Icon} word={head} shown={shown} />;
  return (
    <div>
      <p className="flex items-center gap-1.5 text-12 text-muted">
        <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
        <bdi>{head}</bdi>
      </p>
      {text ? (
        <>
          {children && <div className="mb-1">{children}</div>}
          <TextView shown={shown} text={text} />
        </>
      ) : (
        <BesideMeta shown={shown}>{children}</BesideMeta>
      )}
    </div>
  );
}

/** What has no text of its own: a sign, a word, and the time in the same line. */
function Word({
  icon: Icon,
  word,
  shown,
}: {
  readonly icon: LucideIcon;
  readonly word: string;
  readonly shown: ShownMessage;
}) {
  return (
    <span className="flex items-end gap-3 text-muted">
      <span className="flex min-w-0 items-center gap-2">
        <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
        <bdi>{word}</bdi>
      </span>
      <span className="-mb-0.5">
        <Meta shown={shown} />
      </span>
    </span>
  );
}

interface FramedProps {
  readonly header?: string;
  readonly footer?: string;
  readonly text: string;
  readonly shown: ShownMessage;
  readonly children?: ReactNode;
}

function Framed({ header, footer, text, shown, children }: FramedProps) {
  return (
    <div>
      {header && (
        <p dir="auto" className="text-start font-semibold">
          {header}
        </p>
      )}
      {(footer || children) && (
        <p dir="auto" className="text-start break-words whitespace-pre-wrap">
          <RichText text={text} />
        </p>
      )}
      <FramedEnd footer={footer} text={text} shown={shown}>
        {children}
      </FramedEnd>
    </div>
  );
}

/** What comes last has the time with it: the footer, else what can be chosen, else the text. */
function FramedEnd({ footer, text, shown, children }: FramedProps) {
  if (footer) {
    return (
      <>
        {children}
        <span className="text-12 text-muted">
          <TextView shown={shown} text={footer} />
        </span>
      </>
    );
  }
  return children ? <BesideMeta shown={shown}>{children}</BesideMeta> : <TextView shown={shown} text={text} />;
}

function ListSections({ sections }: { readonly sections: readonly { title: string; choices: Choice[] }[] }) {
  return (
    <div className="my-1 border-s-2 border-line ps-2 text-13">
      {sections.map((section, index) => (
        <div key={index}>
          {section.title && (
            <p dir="auto" className="text-start font-medium">
              {section.title}
            </p>
          )}
          <ul>
            {section.choices.map((choice) => (
              <li key={choice.id} dir="auto" className="text-start">
                {choice.title}
                {choice.description && <span className="block text-12 text-muted">{choice.description}</span>}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** What the customer could tap, under our bubble. */
export function offeredChoices(content: Content): string[] {
  switch (content.kind) {
    case 'buttons':
      return content.buttons.map((button) => button.title);
    case 'list':
      return [content.button];
    case 'link_button':
      return [content.title];
    default:
      return [];
  }
}

function unsupportedWord(type: string): string {
  const key = `unsupported.${type}`;
  return hasText(key)
    ? t(key)
    : type
      ? t('unsupported.named', { type: type.replaceAll('_', ' ') })
      : t('unsupported.any');
}

function joinLines(...lines: (string | undefined)[]): string {
  return lines.filter(Boolean).join('\n');
}

function price(amount: string | undefined, currency: string | undefined): string {
  if (!amount) return '';
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return amount;
  return formatNumber(Number(amount), { style: 'currency', currency });
}
