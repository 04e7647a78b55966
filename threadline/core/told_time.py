"""Times as they are told to customers, in words of their language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final


def return_text(opens_at: datetime, *, now: datetime, zone: tzinfo, language: str) -> str:
    """When it opens, as the customer's clock and calendar say it: "tomorrow from 9:00".

    In figures alone where we do not know the words of the language.
    """
    local, today = opens_at.astimezone(zone), now.astimezone(zone).date()
    words = _WORDS.get(language.partition("-")[0])
    if words is None:
        return f"{local:%Y-%m-%d %H:%M}"
    days = (local.date() - today).days
    if days < 2:
        day = words.tomorrow if days == 1 else words.today
    elif days < 7:
        day = words.weekdays.split("|")[local.weekday()]
    else:
        day = words.date.format(day=local.day, month=words.months.split()[local.month - 1])
    return words.since.format(day=day, time=f"{local.hour}:{local:%M}")


def expected_text(minutes: int, language: str) -> str:
    """How long it usually takes: "in about 10 minutes", from two whole hours on in hours.

    In English where we do not know the words of the language.
    """
    words = _WORDS.get(language.partition("-")[0], _WORDS["en"])
    is_hours = minutes >= 120 and minutes % 60 == 0
    count = minutes // 60 if is_hours else minutes
    forms = words.hours if is_hours else words.minutes
    return words.within.format(count=count, unit=forms[_form(count, forms)])


def _form(count: int, forms: Sequence[str]) -> int:
    """Which form a number takes: of two, one and more; of three, as in Russian, one, few and many."""
    if len(forms) == 2:
        return 0 if count == 1 else 1
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    today: str
    tomorrow: str
    weekdays: str
    """Seven, Monday first, each as it stands in a sentence."""
    date: str
    months: str
    """Twelve."""
    since: str
    within: str
    minutes: Sequence[str]
    hours: Sequence[str]


_WORDS: Final[Mapping[str, _Words]] = {
    "en": _Words(
        today="today",
        tomorrow="tomorrow",
        weekdays="on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|on Saturday|on Sunday",
        date="on {day} {month}",
        months="January February March April May June July August September October November December",
        since="{day} from {time}",
        within="in about {count} {unit}",
        minutes=("minute", "minutes"),
        hours=("hour", "hours"),
    ),
    "de": _Words(
        today="heute",
        tomorrow="morgen",
        weekdays="am Montag|am Dienstag|am Mittwoch|am Donnerstag|am Freitag|am Samstag|am Sonntag",
        date="am {day}. {month}",
        months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        since="{day} ab {time} Uhr",
        within="in etwa {count} {unit}",
        minutes=("Minute", "Minuten"),
        hours=("Stunde", "Stunden"),
    ),
    "es": _Words(
        today="hoy",
        tomorrow="mañana",
        weekdays="el lunes|el martes|el miércoles|el jueves|el viernes|el sábado|el domingo",
        date="el {day} de {month}",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        since="{day} a partir de las {time}",
        within="en aproximadamente {count} {unit}",
        minutes=("minuto", "minutos"),
        hours=("hora", "horas"),
    ),
    "fr": _Words(
        today="aujourd’hui",
        tomorrow="demain",
        weekdays="lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        date="le {day} {month}",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        since="{day} à partir de {time}",
        within="dans environ {count} {unit}",
        minutes=("minute", "minutes"),
        hours=("heure", "heures"),
    ),
    "it": _Words(
        today="oggi",
        tomorrow="domani",
        weekdays="lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica",
        date="il {day} {month}",
        months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        since="{day} dalle {time}",
        within="tra circa {count} {unit}",
        minutes=("minuto", "minuti"),
        hours=("ora", "ore"),
    ),
    "nl": _Words(
        today="vandaag",
        tomorrow="morgen",
        weekdays="op maandag|op dinsdag|op woensdag|op donderdag|op vrijdag|op zaterdag|op zondag",
        date="op {day} {month}",
        months="januari februari maart april mei juni juli augustus september oktober november december",
        since="{day} vanaf {time} uur",
        within="over ongeveer {count} {unit}",
        minutes=("minuut", "minuten"),
        hours=("uur", "uur"),
    ),
    "pt": _Words(
        today="hoje",
        tomorrow="amanhã",
        weekdays="na segunda-feira|na terça-feira|na quarta-feira|na quinta-feira|na sexta-feira|no sábado|no domingo",
        date="em {day} de {month}",
        months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        since="{day} a partir das {time}",
        within="em cerca de {count} {unit}",
        minutes=("minuto", "minutos"),
        hours=("hora", "horas"),
    ),
    "ru": _Words(
        today="сегодня",
        tomorrow="завтра",
        weekdays="в понедельник|во вторник|в среду|в четверг|в пятницу|в субботу|в воскресенье",
        date="{day} {month}",
        months="января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        since="{day} с {time}",
        within="примерно через {count} {unit}",
        minutes=("минуту", "минуты", "минут"),
        hours=("час", "часа", "часов"),
    ),
    "sv": _Words(
        today="i dag",
        tomorrow="i morgon",
        weekdays="på måndag|på tisdag|på onsdag|på torsdag|på fredag|på lördag|på söndag",
        date="den {day} {month}",
        months="januari februari mars april maj juni juli augusti september oktober november december",
        since="{day} från {time}",
        within="om cirka {count} {unit}",
        minutes=("minut", "minuter"),
        hours=("timme", "timmar"),
    ),
}
