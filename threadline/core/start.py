"""What a fresh workspace begins with, before anybody opens its settings: a service level, labels, saved replies.

In the language of whoever sets it up; one entry for each language of the app, a test compares. Everything can be
changed and deleted, and nothing comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from threadline.core.label import LabelColour
from threadline.core.sla import Target

REPLY_TARGET: Final = Target(minutes=4, warns="share", warns_at=25)
"""Four minutes, with a warning after one."""
LABEL_COLOURS: Final[tuple[LabelColour, ...]] = ("blue", "green", "red", "yellow", "purple")


@dataclass(frozen=True, slots=True)
class StartingReply:
    title: str
    shortcut: str
    text: str


@dataclass(frozen=True, slots=True)
class Start:
    level: str
    """The name of the service level."""
    labels: tuple[str, ...]
    """Of conversations, in the order of `LABEL_COLOURS`."""
    replies: tuple[StartingReply, ...]


def start_in(locale: str) -> Start:
    """English for a language that the app does not speak."""
    return STARTS[language_of(locale)]


def language_of(locale: str) -> str:
    """The language in which it is said."""
    language = locale.partition("-")[0].lower()
    return language if language in STARTS else "en"


STARTS: Final[Mapping[str, Start]] = {
    "en": Start(
        level="Everybody",
        labels=("Question", "Purchase", "Problem", "Payment", "Feedback"),
        replies=(
            StartingReply(
                "Greeting",
                "hello",
                "{{contact.greeting}}! This is {{agent.first_name}} from {{workspace.name}}. How can I help?",
            ),
            StartingReply("One moment", "moment", "One moment please, I am looking into it."),
            StartingReply(
                "Takes longer",
                "later",
                "This takes a little longer than I thought. I will write to you as soon as I know more.",
            ),
            StartingReply(
                "Order number",
                "number",
                "Could you tell me your order number, please? Then I will look at it at once.",
            ),
            StartingReply("Picture", "picture", "Could you send me a picture of it, please? Then I see what you mean."),
            StartingReply(
                "More details",
                "details",
                "Could you tell me a little more, please: what happened, and since when?",
            ),
            StartingReply("Apology", "sorry", "I am sorry for the trouble. We will put it right."),
            StartingReply(
                "Passed on",
                "colleague",
                "I have passed this on to a colleague, who will write to you here.",
            ),
            StartingReply("Anything else", "else", "Is there anything else I can do for you?"),
            StartingReply("Goodbye", "bye", "Thank you for writing to us. Have a good day!"),
        ),
    ),
    "de": Start(
        level="Alle",
        labels=("Frage", "Kauf", "Problem", "Zahlung", "Rückmeldung"),
        replies=(
            StartingReply(
                "Begrüßung",
                "hallo",
                "{{contact.greeting}}! Hier ist {{agent.first_name}} von {{workspace.name}}. Wie kann ich helfen?",
            ),
            StartingReply("Einen Moment", "moment", "Einen Moment bitte, ich sehe nach."),
            StartingReply(
                "Dauert länger",
                "später",
                "Das dauert etwas länger als gedacht. Ich melde mich, sobald ich mehr weiß.",
            ),
            StartingReply(
                "Bestellnummer",
                "nummer",
                "Nennen Sie mir bitte Ihre Bestellnummer? Dann sehe ich gleich nach.",
            ),
            StartingReply("Bild", "bild", "Schicken Sie mir bitte ein Bild davon? Dann sehe ich, was Sie meinen."),
            StartingReply(
                "Genaueres",
                "genauer",
                "Erzählen Sie mir bitte etwas mehr: Was ist passiert, und seit wann?",
            ),
            StartingReply(
                "Entschuldigung",
                "sorry",
                "Es tut mir leid, dass Sie Ärger haben. Wir bringen das in Ordnung.",
            ),
            StartingReply(
                "Weitergegeben",
                "kollege",
                "Ich habe das an eine Kollegin oder einen Kollegen weitergegeben; die Antwort kommt hier.",
            ),
            StartingReply("Sonst noch etwas", "noch", "Kann ich sonst noch etwas für Sie tun?"),
            StartingReply("Abschied", "tschüss", "Danke, dass Sie uns geschrieben haben. Einen schönen Tag!"),
        ),
    ),
    "es": Start(
        level="Todos",
        labels=("Pregunta", "Compra", "Problema", "Pago", "Opinión"),
        replies=(
            StartingReply(
                "Saludo",
                "hola",
                "{{contact.greeting}}. Soy {{agent.first_name}}, de {{workspace.name}}. ¿En qué puedo ayudarte?",
            ),
            StartingReply("Un momento", "momento", "Un momento, por favor, lo estoy mirando."),
            StartingReply(
                "Tarda más",
                "tarde",
                "Esto lleva un poco más de lo que pensaba. Te escribo en cuanto sepa algo.",
            ),
            StartingReply(
                "Número de pedido",
                "numero",
                "¿Me dices tu número de pedido, por favor? Así lo miro enseguida.",
            ),
            StartingReply("Foto", "foto", "¿Puedes enviarme una foto, por favor? Así veo a qué te refieres."),
            StartingReply(
                "Más detalles",
                "detalles",
                "¿Puedes contarme un poco más, por favor: qué pasó y desde cuándo?",
            ),
            StartingReply("Disculpa", "perdon", "Siento las molestias. Lo vamos a arreglar."),
            StartingReply(
                "Pasado a un compañero",
                "equipo",
                "Se lo he pasado a un compañero, que te escribirá por aquí.",
            ),
            StartingReply("Algo más", "mas", "¿Puedo ayudarte en algo más?"),
            StartingReply("Despedida", "adios", "Gracias por escribirnos. ¡Que tengas un buen día!"),
        ),
    ),
    "nl": Start(
        level="Iedereen",
        labels=("Vraag", "Aankoop", "Probleem", "Betaling", "Reactie"),
        replies=(
            StartingReply(
                "Begroeting",
                "hallo",
                "{{contact.greeting}}! U spreekt met {{agent.first_name}}, {{workspace.name}}. Waarmee kan ik helpen?",
            ),
            StartingReply("Een ogenblik", "moment", "Een ogenblik, alstublieft, ik zoek het uit."),
            StartingReply(
                "Duurt langer",
                "later",
                "Dit duurt iets langer dan ik dacht. Ik schrijf u zodra ik meer weet.",
            ),
            StartingReply("Bestelnummer", "nummer", "Wilt u mij uw bestelnummer geven? Dan kijk ik het meteen na."),
            StartingReply("Foto", "foto", "Wilt u mij er een foto van sturen? Dan zie ik wat u bedoelt."),
            StartingReply(
                "Meer details",
                "details",
                "Kunt u mij iets meer vertellen: wat is er gebeurd, en sinds wanneer?",
            ),
            StartingReply("Excuses", "sorry", "Excuses voor het ongemak. Wij lossen het op."),
            StartingReply("Doorgegeven", "collega", "Ik heb dit doorgegeven aan een collega, die u hier schrijft."),
            StartingReply("Verder nog iets", "verder", "Kan ik verder nog iets voor u doen?"),
            StartingReply("Afscheid", "dag", "Bedankt voor uw bericht. Een fijne dag!"),
        ),
    ),
    "pt": Start(
        level="Todos",
        labels=("Pergunta", "Compra", "Problema", "Pagamento", "Opinião"),
        replies=(
            StartingReply(
                "Saudação",
                "ola",
                "{{contact.greeting}}! Fala {{agent.first_name}}, de {{workspace.name}}. Como posso ajudar?",
            ),
            StartingReply("Um momento", "momento", "Um momento, por favor, estou a ver."),
            StartingReply(
                "Demora mais",
                "depois",
                "Isto demora um pouco mais do que pensei. Escrevo assim que souber mais.",
            ),
            StartingReply("Número da encomenda", "numero", "Pode dizer-me o número da encomenda, por favor? Vejo já."),
            StartingReply(
                "Fotografia",
                "foto",
                "Pode enviar-me uma fotografia, por favor? Assim vejo o que quer dizer.",
            ),
            StartingReply(
                "Mais detalhes",
                "detalhes",
                "Pode contar-me um pouco mais, por favor: o que aconteceu, e desde quando?",
            ),
            StartingReply("Desculpa", "desculpe", "Lamento o incómodo. Vamos resolver."),
            StartingReply("Passado a um colega", "colega", "Passei isto a um colega, que lhe vai escrever por aqui."),
            StartingReply("Mais alguma coisa", "mais", "Posso ajudar em mais alguma coisa?"),
            StartingReply("Despedida", "adeus", "Obrigado por nos escrever. Tenha um bom dia!"),
        ),
    ),
    "ru": Start(
        level="Все",
        labels=("Вопрос", "Покупка", "Проблема", "Оплата", "Отзыв"),
        replies=(
            StartingReply(
                "Приветствие",
                "привет",
                "{{contact.greeting}}! Это {{agent.first_name}}, {{workspace.name}}. Чем могу помочь?",
            ),
            StartingReply("Минуту", "минуту", "Одну минуту, пожалуйста, сейчас посмотрю."),
            StartingReply(
                "Нужно время",
                "позже",
                "Это займёт немного больше времени, чем я думал(а). Напишу, как только узнаю.",
            ),
            StartingReply("Номер заказа", "номер", "Подскажите, пожалуйста, номер заказа – сразу посмотрю."),
            StartingReply("Фото", "фото", "Пришлите, пожалуйста, фото – так будет понятнее."),
            StartingReply("Подробности", "подробнее", "Расскажите, пожалуйста, подробнее: что случилось и когда?"),
            StartingReply("Извинение", "извините", "Извините за неудобство. Мы всё исправим."),
            StartingReply("Передано коллеге", "коллега", "Ваш вопрос передан коллеге, вам ответят здесь."),
            StartingReply("Что-нибудь ещё", "ещё", "Могу ли я ещё чем-нибудь помочь?"),
            StartingReply("Прощание", "пока", "Спасибо, что написали нам. Хорошего дня!"),
        ),
    ),
    "sv": Start(
        level="Alla",
        labels=("Fråga", "Köp", "Problem", "Betalning", "Synpunkt"),
        replies=(
            StartingReply(
                "Hälsning",
                "hej",
                "{{contact.greeting}}! Det här är {{agent.first_name}} på {{workspace.name}}. Hur kan jag hjälpa till?",
            ),
            StartingReply("Ett ögonblick", "vänta", "Ett ögonblick, jag tittar på det."),
            StartingReply(
                "Tar längre tid",
                "senare",
                "Det här tar lite längre tid än jag trodde. Jag skriver så snart jag vet mer.",
            ),
            StartingReply("Ordernummer", "nummer", "Kan du ge mig ditt ordernummer? Då tittar jag direkt."),
            StartingReply("Bild", "bild", "Kan du skicka en bild på det? Då ser jag vad du menar."),
            StartingReply("Mer detaljer", "detaljer", "Kan du berätta lite mer: vad hände, och sedan när?"),
            StartingReply("Ursäkt", "förlåt", "Jag är ledsen för besväret. Vi ordnar det."),
            StartingReply(
                "Vidare till kollega",
                "kollega",
                "Jag har lämnat det här till en kollega, som skriver till dig här.",
            ),
            StartingReply("Något mer", "mer", "Kan jag hjälpa till med något mer?"),
            StartingReply("Avsked", "hejdå", "Tack för att du skrev till oss. Ha en bra dag!"),
        ),
    ),
}
