/** What is known of a contact, each thing edited where it stands: in the inbox's panel and on the contact's own page. */
import { Copy, Star } from 'lucide-react';
import { useId } from 'react';
import { useMay } from '@/shared/api/session';
import type { Address, Contact, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { hasText, t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { copyText } from '@/shared/ui/CopyField';
import { Select } from '@/shared/ui/Select';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { ContactCompany } from '../companies/ContactCompany';
import { ContactLabels } from '../labels/ContactLabels';
import { ContactOwner } from './ContactOwner';
import { countryName, countryOptions } from './countries';
import { Fact } from './Fact';
import { FieldLine } from './FieldLine';
import { useConversationValues, useFields } from './fields';
import { InlineText } from './InlineText';
import { languageName, LANGUAGE_CODES } from './languages';
import { Marks } from './Marks';
import { MaskedText } from './MaskedText';
import { RevealBar, useSight } from './Reveal';
import { saveContact } from './save';

export function ContactName({ id, name }: { readonly id: Id; readonly name: string }) {
  return (
    <InlineText
      label={t('contact.name')}
      buttonLabel={t('contact.rename', { name })}
      isReadOnly={!useMay('contacts:change')}
      value={name}
      onSave={(next) => saveContact(id, { name: next })}
      className="text-16 font-semibold"
    />
  );
}

export function VipButton({ contact }: { readonly contact: Contact }) {
  return (
    <button
      type="button"
      aria-pressed={contact.is_vip}
      aria-label={t('contact.vip')}
      title={t('contact.vip')}
      disabled={!useMay('contacts:change')}
      onClick={() => void saveContact(contact.id, { is_vip: !contact.is_vip })}
      className="grid size-8 shrink-0 place-items-center rounded-md text-muted enabled:hover:bg-hover enabled:hover:text-ink aria-pressed:text-warn pointer-coarse:size-11"
    >
      <Star aria-hidden size={16} strokeWidth={1.75} fill={contact.is_vip ? 'currentColor' : 'none'} />
    </button>
  );
}

export function ContactDetails({
  contact: known,
  conversationId,
}: {
  readonly contact: Contact;
  readonly conversationId?: Id;
}) {
  const fields = useFields('contact') ?? [];
  const isReadOnly = !useMay('contacts:change');
  const sight = useSight(known);
  const { contact, isMasked } = sight;
  const mayWriteEmail = (!isMasked && !sight.wasRevealed) || contact.email === '';
  return (
    <>
      <Marks contact={contact} />
      <ContactLabels contact={contact} />
      <RevealBar sight={sight} />
      <dl className="border-b border-line px-4 py-3 text-13">
        {numbersFirst(contact.addresses).map((address) => (
          <AddressLine key={address.id} address={address} isMasked={isMasked} />
        ))}
        <Fact label={t('contact.email')}>
          {mayWriteEmail ? (
            <InlineText
              label={t('contact.email')}
              type="email"
              dir="ltr"
              value={contact.email}
              mayBeEmpty
              isReadOnly={isReadOnly}
              onSave={(email) => saveContact(contact.id, { email })}
            />
          ) : (
            <MaskedText value={contact.email} isMasked={isMasked} />
          )}
        </Fact>
        <ContactCompany contact={contact} />
        <ContactOwner contact={contact} />
        <Fact label={t('contact.language')}>
          <Language contact={contact} />
        </Fact>
        <Fact label={t('contact.country')}>
          <Country contact={contact} />
        </Fact>
        <Fact label={t('contact.time_zone')}>
          <TimeZone contact={contact} />
        </Fact>
        <LocalTime zone={contact.time_zone || contact.guessed_time_zone} isGuess={contact.time_zone === ''} />
        <Fact label={t('contact.since')}>
          {formatDate(contact.created_at, { day: 'numeric', month: 'long', year: 'numeric' })}
        </Fact>
        {fields.map((field) => (
          <FieldLine
            key={field.id}
            field={field}
            value={contact.fields[field.id]}
            isMasked={isMasked || sight.wasRevealed}
            isReadOnly={isReadOnly}
            onSave={(value) => saveContact(contact.id, { fields: { [field.id]: value } })}
          />
        ))}
      </dl>
      {conversationId !== undefined && <ConversationFields key={conversationId} id={conversationId} />}
    </>
  );
}

/** What is filled in of this conversation; nothing where there are no such fields. */
function ConversationFields({ id }: { readonly id: Id }) {
  const fields = useFields('conversation') ?? [];
  const [values, fill] = useConversationValues(id);
  const isMasked = !useMay('addresses:read');
  const isReadOnly = !useMay('conversations:change');
  if (fields.length === 0 || values === undefined) return null;
  return (
    <section className="border-b border-line px-4 py-3 text-13">
      <h3 className="pb-1 font-semibold">{t('contact.this_conversation')}</h3>
      <dl>
        {fields.map((field) => (
          <FieldLine
            key={field.id}
            field={field}
            value={values[field.id]}
            isMasked={isMasked}
            isReadOnly={isReadOnly}
            onSave={(value) => fill(field.id, value)}
          />
        ))}
      </dl>
    </section>
  );
}

/** The language somebody chose, or the one that is guessed from the country until then. */
function Language({ contact }: { readonly contact: Contact }) {
  const guess = contact.guessed_locale;
  const codes =
    contact.locale && !LANGUAGE_CODES.includes(contact.locale) ? [contact.locale, ...LANGUAGE_CODES] : LANGUAGE_CODES;
  const options = [
    { value: '', label: guess ? t('contact.guessed', { value: languageName(guess) }) : t('contact.unknown') },
    ...codes.map((code) => ({ value: code, label: languageName(code) })).sort((a, b) => a.label.localeCompare(b.label)),
  ];
  return (
    <Select
      label={t('contact.language')}
      isLabelHidden
      isBare
      disabled={!useMay('contacts:change')}
      value={contact.locale ?? ''}
      options={options}
      onValueChange={(locale) => void saveContact(contact.id, { locale })}
    />
  );
}

/** The country somebody chose, or that of the number until then. */
function Country({ contact }: { readonly contact: Contact }) {
  const guess = contact.guessed_country;
  const options = [
    { value: '', label: guess ? t('contact.guessed', { value: countryName(guess) }) : t('contact.unknown') },
    ...countryOptions(),
  ];
  return (
    <Select
      label={t('contact.country')}
      isLabelHidden
      isBare
      disabled={!useMay('contacts:change')}
      value={contact.country}
      options={options}
      onValueChange={(country) => void saveContact(contact.id, { country })}
    />
  );
}

function TimeZone({ contact }: { readonly contact: Contact }) {
  const id = useId();
  const guess = contact.guessed_time_zone;
  const shown = contact.time_zone
    ? zoneName(contact.time_zone)
    : guess
      ? t('contact.guessed', { value: zoneName(guess) })
      : '';
  return (
    <>
      <InlineText
        label={t('contact.time_zone')}
        list={id}
        dir="ltr"
        value={contact.time_zone}
        shown={shown}
        placeholder={t('contact.unknown')}
        mayBeEmpty
        isReadOnly={!useMay('contacts:change')}
        onSave={(time_zone) => saveContact(contact.id, { time_zone: time_zone.replaceAll(' ', '_') })}
      />
      <datalist id={id}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}

/** What time it is where the customer is: may one call now, does one wish a good evening? */
export function LocalTime({ zone, isGuess }: { readonly zone: string; readonly isGuess: boolean }) {
  const now = useMinute();
  if (zone === '') return null;
  return (
    <Fact label={t('contact.local_time')}>
      <span title={isGuess ? t('contact.local_time_guess') : undefined}>
        {formatDate(new Date(now), { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone })}
      </span>
    </Fact>
  );
}

/** What people read out and dial stands before what only the provider knows. */
function numbersFirst(addresses: readonly Address[]): readonly Address[] {
  return [...addresses].sort((a, b) => Number(b.scheme === 'phone') - Number(a.scheme === 'phone'));
}

function AddressLine({ address, isMasked }: { readonly address: Address; readonly isMasked: boolean }) {
  const key = `scheme.${address.scheme}`;
  const shown = address.display || address.value;
  return (
    <Fact label={hasText(key) ? t(key) : address.scheme}>
      <span className="group/address flex min-w-0 items-center justify-between gap-1">
        <MaskedText value={shown} isMasked={isMasked} />
        {!isMasked && (
          <button
            type="button"
            aria-label={t('contact.copy', { value: shown })}
            onClick={() => void copyText(shown).then((isDone) => isDone && showToast(t('common.copied')))}
            className={cx(
              'grid size-6 shrink-0 place-items-center rounded-sm text-muted opacity-0 group-hover/address:opacity-100',
              'hover:bg-hover hover:text-ink focus-visible:opacity-100 pointer-coarse:opacity-100',
            )}
          >
            <Copy aria-hidden size={12} strokeWidth={1.75} />
          </button>
        )}
      </span>
    </Fact>
  );
}
