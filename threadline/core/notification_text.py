"""What a notification says outside the desk: on a lock screen, in an e-mail. Pure.

Inside the desk the screens speak (frontend/src/app/reach); here nobody but the server can. One entry for each language
of the app; a test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from threadline.core.notification import NotificationKind


@dataclass(frozen=True, slots=True)
class Words:
    """`{name}` is the customer, `{workspace}` the workspace, `{url}` an address of the desk."""

    named: Mapping[NotificationKind, str]
    unnamed: Mapping[NotificationKind, str]
    subject: str
    intro: str
    outro: str
    """How to get fewer of these."""


def _kinds(
    *,
    assigned: str,
    mentioned: str,
    not_delivered: str,
    woken: str,
    replied: str,
    discussed: str,
    review_asked: str,
    reviewed: str,
    task_due: str,
    due_soon: str,
    window_closing: str,
    taken_back: str,
    left_waiting: str,
) -> dict[NotificationKind, str]:
    return {
        NotificationKind.ASSIGNED: assigned,
        NotificationKind.MENTIONED: mentioned,
        NotificationKind.NOT_DELIVERED: not_delivered,
        NotificationKind.WOKEN: woken,
        NotificationKind.REPLIED: replied,
        NotificationKind.DISCUSSED: discussed,
        NotificationKind.REVIEW_ASKED: review_asked,
        NotificationKind.REVIEWED: reviewed,
        NotificationKind.TASK_DUE: task_due,
        NotificationKind.DUE_SOON: due_soon,
        NotificationKind.WINDOW_CLOSING: window_closing,
        NotificationKind.TAKEN_BACK: taken_back,
        NotificationKind.LEFT_WAITING: left_waiting,
    }


WORDS: Final[Mapping[str, Words]] = {
    "en": Words(
        named=_kinds(
            assigned="You were given {name}",
            mentioned="You were mentioned with {name}",
            not_delivered="A message to {name} was not delivered",
            woken="{name} is back: the snooze is over",
            replied="{name} wrote",
            discussed="News in a discussion about {name}",
            review_asked="An answer to {name} waits for your review",
            reviewed="Your answer to {name} was reviewed",
            task_due="A task for {name} is due",
            due_soon="{name} is about to wait too long",
            window_closing="The window of {name} is about to close",
            taken_back="{name} waits for the team again: you did not answer",
            left_waiting="{name} is left waiting: nobody answers",
        ),
        unnamed=_kinds(
            assigned="You were given a conversation",
            mentioned="You were mentioned",
            not_delivered="A message was not delivered",
            woken="A snoozed conversation is back",
            replied="A customer of yours wrote",
            discussed="News in a discussion of yours",
            review_asked="An answer waits for your review",
            reviewed="Your answer was reviewed",
            task_due="A task of yours is due",
            due_soon="A customer is about to wait too long",
            window_closing="A window is about to close",
            taken_back="A customer of yours waits for the team again",
            left_waiting="A customer is left waiting",
        ),
        subject="{workspace}: what you have not seen yet",
        intro="This is still unread in {workspace}:",
        outro="You choose what comes by e-mail under Settings, Notifications: {url}",
    ),
    "de": Words(
        named=_kinds(
            assigned="Ihnen wurde {name} übergeben",
            mentioned="Sie wurden bei {name} erwähnt",
            not_delivered="Eine Nachricht an {name} wurde nicht zugestellt",
            woken="{name} ist zurück: die Wiedervorlage ist fällig",
            replied="{name} hat geschrieben",
            discussed="Neues in einer Besprechung zu {name}",
            review_asked="Eine Antwort an {name} wartet auf Ihre Prüfung",
            reviewed="Ihre Antwort an {name} wurde geprüft",
            task_due="Eine Aufgabe zu {name} ist fällig",
            due_soon="{name} wartet gleich zu lange",
            window_closing="Das Zeitfenster von {name} schließt gleich",
            taken_back="{name} wartet wieder auf das Team: Sie haben nicht geantwortet",
            left_waiting="{name} bleibt ohne Antwort",
        ),
        unnamed=_kinds(
            assigned="Ihnen wurde ein Gespräch übergeben",
            mentioned="Sie wurden erwähnt",
            not_delivered="Eine Nachricht wurde nicht zugestellt",
            woken="Ein zurückgestelltes Gespräch ist wieder da",
            replied="Ein Kunde von Ihnen hat geschrieben",
            discussed="Neues in einer Ihrer Besprechungen",
            review_asked="Eine Antwort wartet auf Ihre Prüfung",
            reviewed="Ihre Antwort wurde geprüft",
            task_due="Eine Aufgabe von Ihnen ist fällig",
            due_soon="Ein Kunde wartet gleich zu lange",
            window_closing="Ein Zeitfenster schließt gleich",
            taken_back="Ein Kunde von Ihnen wartet wieder auf das Team",
            left_waiting="Ein Kunde bleibt ohne Antwort",
        ),
        subject="{workspace}: was Sie noch nicht gesehen haben",
        intro="Das ist in {workspace} noch ungelesen:",
        outro="Was per E-Mail kommt, wählen Sie unter Einstellungen, Mitteilungen: {url}",
    ),
    "es": Words(
        named=_kinds(
            assigned="Te asignaron a {name}",
            mentioned="Te mencionaron con {name}",
            not_delivered="No se entregó un mensaje a {name}",
            woken="{name} vuelve: terminó el aplazamiento",
            replied="{name} escribió",
            discussed="Novedades en una consulta sobre {name}",
            review_asked="Una respuesta a {name} espera tu revisión",
            reviewed="Se revisó tu respuesta a {name}",
            task_due="Una tarea de {name} vence",
            due_soon="{name} está a punto de esperar demasiado",
            window_closing="La ventana de {name} está a punto de cerrarse",
            taken_back="{name} vuelve a esperar al equipo: usted no respondió",
            left_waiting="{name} sigue sin respuesta",
        ),
        unnamed=_kinds(
            assigned="Te asignaron una conversación",
            mentioned="Te mencionaron",
            not_delivered="No se entregó un mensaje",
            woken="Vuelve una conversación aplazada",
            replied="Un cliente tuyo escribió",
            discussed="Novedades en una consulta tuya",
            review_asked="Una respuesta espera tu revisión",
            reviewed="Se revisó tu respuesta",
            task_due="Vence una tarea tuya",
            due_soon="Un cliente está a punto de esperar demasiado",
            window_closing="Una ventana está a punto de cerrarse",
            taken_back="Un cliente suyo vuelve a esperar al equipo",
            left_waiting="Un cliente sigue sin respuesta",
        ),
        subject="{workspace}: lo que aún no has visto",
        intro="Esto sigue sin leer en {workspace}:",
        outro="Elige qué llega por correo en Ajustes, Notificaciones: {url}",
    ),
    "nl": Words(
        named=_kinds(
            assigned="U hebt {name} gekregen",
            mentioned="U bent genoemd bij {name}",
            not_delivered="Een bericht aan {name} is niet afgeleverd",
            woken="{name} is terug: het uitstel is voorbij",
            replied="{name} schreef",
            discussed="Nieuws in een overleg over {name}",
            review_asked="Een antwoord aan {name} wacht op uw beoordeling",
            reviewed="Uw antwoord aan {name} is beoordeeld",
            task_due="Een taak voor {name} is aan de beurt",
            due_soon="{name} wacht bijna te lang",
            window_closing="Het venster van {name} sluit bijna",
            taken_back="{name} wacht weer op het team: u hebt niet geantwoord",
            left_waiting="{name} blijft zonder antwoord",
        ),
        unnamed=_kinds(
            assigned="U hebt een gesprek gekregen",
            mentioned="U bent genoemd",
            not_delivered="Een bericht is niet afgeleverd",
            woken="Een uitgesteld gesprek is terug",
            replied="Een klant van u schreef",
            discussed="Nieuws in een overleg van u",
            review_asked="Een antwoord wacht op uw beoordeling",
            reviewed="Uw antwoord is beoordeeld",
            task_due="Een taak van u is aan de beurt",
            due_soon="Een klant wacht bijna te lang",
            window_closing="Een venster sluit bijna",
            taken_back="Een klant van u wacht weer op het team",
            left_waiting="Een klant blijft zonder antwoord",
        ),
        subject="{workspace}: wat u nog niet hebt gezien",
        intro="Dit is in {workspace} nog ongelezen:",
        outro="Wat per e-mail komt, kiest u onder Instellingen, Meldingen: {url}",
    ),
    "pt": Words(
        named=_kinds(
            assigned="Você recebeu a conversa de {name}",
            mentioned="Você foi mencionado na conversa de {name}",
            not_delivered="Uma mensagem para {name} não foi entregue",
            woken="{name} está de volta: o adiamento terminou",
            replied="{name} escreveu",
            discussed="Novidade em uma discussão sobre {name}",
            review_asked="Uma resposta a {name} aguarda sua revisão",
            reviewed="Sua resposta a {name} foi revisada",
            task_due="Uma tarefa de {name} está no prazo",
            due_soon="{name} está quase a esperar demasiado",
            window_closing="A janela de {name} está quase a fechar",
            taken_back="{name} espera de novo pela equipa: não respondeu",
            left_waiting="{name} continua sem resposta",
        ),
        unnamed=_kinds(
            assigned="Você recebeu uma conversa",
            mentioned="Você foi mencionado",
            not_delivered="Uma mensagem não foi entregue",
            woken="Uma conversa adiada está de volta",
            replied="Um cliente seu escreveu",
            discussed="Novidade em uma discussão sua",
            review_asked="Uma resposta aguarda sua revisão",
            reviewed="Sua resposta foi revisada",
            task_due="Uma tarefa sua está no prazo",
            due_soon="Um cliente está quase a esperar demasiado",
            window_closing="Uma janela está quase a fechar",
            taken_back="Um cliente seu espera de novo pela equipa",
            left_waiting="Um cliente continua sem resposta",
        ),
        subject="{workspace}: o que você ainda não viu",
        intro="Isto ainda não foi lido em {workspace}:",
        outro="Escolha o que chega por e-mail em Configurações, Notificações: {url}",
    ),
    "ru": Words(
        named=_kinds(
            assigned="Вам передан диалог: {name}",
            mentioned="Вас упомянули в диалоге: {name}",
            not_delivered="Сообщение не доставлено: {name}",
            woken="{name}: время отложенного диалога пришло",
            replied="Пишет {name}",
            discussed="Новое в обсуждении: {name}",
            review_asked="Ответ ждёт вашей проверки: {name}",
            reviewed="Ваш ответ проверен: {name}",
            task_due="Пора выполнить задачу: {name}",
            due_soon="{name} скоро прождёт слишком долго",
            window_closing="Окно скоро закроется: {name}",
            taken_back="{name} снова ждёт команду: вы не ответили",
            left_waiting="{name} остаётся без ответа",
        ),
        unnamed=_kinds(
            assigned="Вам передан диалог",
            mentioned="Вас упомянули",
            not_delivered="Сообщение не доставлено",
            woken="Отложенный диалог вернулся",
            replied="Пишет ваш клиент",
            discussed="Новое в вашем обсуждении",
            review_asked="Ответ ждёт вашей проверки",
            reviewed="Ваш ответ проверен",
            task_due="Пора выполнить вашу задачу",
            due_soon="Клиент скоро прождёт слишком долго",
            window_closing="Окно скоро закроется",
            taken_back="Ваш клиент снова ждёт команду",
            left_waiting="Клиент остаётся без ответа",
        ),
        subject="{workspace}: вы этого ещё не видели",
        intro="В {workspace} ещё не прочитано:",
        outro="Что приходит по почте, выбирается в настройках, «Уведомления»: {url}",
    ),
    "sv": Words(
        named=_kinds(
            assigned="Du har fått {name}",
            mentioned="Du nämndes hos {name}",
            not_delivered="Ett meddelande till {name} kom inte fram",
            woken="{name} är tillbaka: pausen är över",
            replied="{name} skrev",
            discussed="Nytt i en diskussion om {name}",
            review_asked="Ett svar till {name} väntar på din granskning",
            reviewed="Ditt svar till {name} har granskats",
            task_due="En uppgift för {name} ska göras nu",
            due_soon="{name} har snart väntat för länge",
            window_closing="Fönstret för {name} stängs snart",
            taken_back="{name} väntar på teamet igen: du svarade inte",
            left_waiting="{name} blir utan svar",
        ),
        unnamed=_kinds(
            assigned="Du har fått en konversation",
            mentioned="Du nämndes",
            not_delivered="Ett meddelande kom inte fram",
            woken="En pausad konversation är tillbaka",
            replied="En kund till dig skrev",
            discussed="Nytt i en av dina diskussioner",
            review_asked="Ett svar väntar på din granskning",
            reviewed="Ditt svar har granskats",
            task_due="En uppgift till dig ska göras nu",
            due_soon="En kund har snart väntat för länge",
            window_closing="Ett fönster stängs snart",
            taken_back="En kund till dig väntar på teamet igen",
            left_waiting="En kund blir utan svar",
        ),
        subject="{workspace}: det du inte har sett än",
        intro="Det här är fortfarande oläst i {workspace}:",
        outro="Vad som kommer med e-post väljer du under Inställningar, Aviseringar: {url}",
    ),
}


def words_of(locale: str) -> Words:
    """By the language of the locale; English for one we do not speak."""
    return WORDS.get(locale.partition("-")[0], WORDS["en"])


def say(kind: NotificationKind, *, locale: str, name: str = "") -> str:
    words = words_of(locale)
    return words.named[kind].replace("{name}", name) if name else words.unnamed[kind]
