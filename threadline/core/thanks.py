"""A thanks after the end: what a customer writes when nothing is left to answer, in the seven languages of the desk.

A message is a thanks if every word of it is known to be one, and nothing in it asks for anything: no question mark, no
number, no other word. So an unknown language, a name, a slip of the pen reopen: rather one conversation too many in
front of somebody than one customer without an answer. Pure, and in linear time (S58).
"""

import unicodedata
from datetime import datetime, timedelta

from threadline.core.content import Content, Text

QUIET_FOR = timedelta(hours=24)
"""So long after the end a thanks neither reopens a conversation nor starts a clock."""

_LONGEST = 200


def is_quiet_thanks(content: Content | None, *, ended_at: datetime | None, at: datetime) -> bool:
    """What a customer wrote at `at` into a conversation that ended then."""
    if ended_at is None or not ended_at <= at <= ended_at + QUIET_FOR:
        return False
    return isinstance(content, Text) and is_thanks(content.text)


def is_thanks(text: str) -> bool:
    """True for words of thanks, of farewell or of consent, and for emoji alone. False for nothing at all."""
    if len(text) > _LONGEST:
        return False
    if "".join(text.split()).casefold() in _SMILES:
        return True
    words = _words(text)
    if words is None:
        return False
    return _are_known(words) if words else _has_emoji(text)


def _words(text: str) -> list[str] | None:
    """The words, folded; None if there is a sign that asks or counts."""
    letters: list[str] = []
    for sign in unicodedata.normalize("NFKD", text.casefold()):
        category = unicodedata.category(sign)
        if sign in _ASKING or category[0] == "N":
            return None
        if category[0] == "L":
            letters.append(sign)
        elif sign not in _WITHIN_WORDS and category not in ("Mn", "Cf"):
            letters.append(" ")
    return "".join(letters).split()


def _are_known(words: list[str]) -> bool:
    """Read from the left, the longest known phrase first; one of them at least says more than a filler."""
    place, says = 0, False
    while place < len(words):
        phrase = _longest_phrase(words, place)
        if phrase is None:
            return False
        says = says or phrase in _PHRASES
        place += len(phrase)
    return says


def _longest_phrase(words: list[str], place: int) -> tuple[str, ...] | None:
    for length in range(_WORDS_OF_A_PHRASE, 0, -1):
        phrase = tuple(words[place : place + length])
        if phrase in _PHRASES or phrase in _FILLERS:
            return phrase
    return None


_WITHIN_WORDS = frozenset("'’`´")
_ASKING = frozenset("?¿؟？⁇⁈⁉❓❔")
_SMILES = frozenset({":)", ":-)", ";)", ";-)", "=)", "(:", ":d", ":-d", "^^", ")", "))", ")))", "<3"})


def _has_emoji(text: str) -> bool:
    """Something is there, and nothing but emoji and blanks: a lone "…" is not."""
    signs = [sign for sign in text if not sign.isspace()]
    return any(_is_emoji(sign) for sign in signs) and all(
        _is_emoji(sign) or _is_part_of_emoji(sign) or sign in "!.,~-" for sign in signs
    )


def _is_emoji(sign: str) -> bool:
    return unicodedata.category(sign) == "So" or sign in "♥❤"


def _is_part_of_emoji(sign: str) -> bool:
    """Joiners, variation selectors, shades of skin."""
    return sign in "\u200d\ufe0e\ufe0f\u20e3" or "\U0001f3fb" <= sign <= "\U0001f3ff"


def _phrases(text: str) -> set[tuple[str, ...]]:
    found = (_words(line) for line in text.split("|"))
    return {tuple(words) for words in found if words}


# What stands alone as a thanks, a farewell or a consent. What also begins a wish ("please", "bitte") or a new
# conversation ("bom dia", "buenas tardes") is not here: whoever greets goes on to ask.
_PHRASES = (
    _phrases(  # English
        "thanks|thank you|thank u|thankyou|thx|thnx|tnx|ty|tysm|thanks a lot|thanks a bunch|thanks a million|cheers"
        "|ta|many thanks|thank you so much|thanks so much|thank you very much|thanks very much|much appreciated"
        "|appreciated|appreciate it|i appreciate it|really appreciate it|that was all|thats all|that is all"
        "|all good|all set|no worries|no problem|ok|okay|okey|oki|k|kk|alright|all right|great|perfect|awesome"
        "|super|cool|nice|wonderful|excellent|fantastic|amazing|lovely|brilliant|good|very good|sounds good|got it"
        "|understood|noted|will do|bye|bye bye|goodbye|good bye|see you|have a nice day|have a good day"
        "|have a great day|have a nice evening|have a good evening|have a lovely day|have a nice weekend"
        "|have a good weekend|have a great weekend|you too|same to you|take care|good night|youre welcome"
        "|you are welcome|welcome|thats great|that is great|thats perfect|that is perfect|thats fine|that is fine"
        "|thats it|it works|works now|it works now|it worked|solved|youre the best|you are the best|you rock"
        "|thank you for your help|thanks for your help|thanks for the help|thank you for the help"
        "|thanks for helping|thanks for the quick reply|thank you for the quick reply|thanks for the info"
        "|thank you for the information|thanks for your time|thank you for your time|god bless|god bless you|yay"
        "|hooray"
    )
    | _phrases(  # German
        "danke|dankeschön|danke schön|danke sehr|vielen dank|vielen lieben dank|herzlichen dank|besten dank"
        "|tausend dank|lieben dank|ich danke ihnen|ich danke dir|danke ihnen|danke dir|danke euch|merci|dank dir"
        "|dank ihnen|ok danke|alles klar|alles gut|passt|das passt|gut|sehr gut|prima|perfekt|super|toll|klasse"
        "|wunderbar|ausgezeichnet|spitze|genial|in ordnung|geht klar|okay|verstanden|tschüss|tschüß|tschau|ciao"
        "|auf wiedersehen|bis bald|bis dann|schönen tag|schönen tag noch|einen schönen tag|einen schönen tag noch"
        "|schönen abend|schönen abend noch|einen schönen abend|schönes wochenende|ein schönes wochenende|gute nacht"
        "|gleichfalls|ebenso|ihnen auch|dir auch|wünsche ich ihnen auch|danke für die hilfe|danke für ihre hilfe"
        "|vielen dank für die hilfe|vielen dank für ihre hilfe|danke für die schnelle hilfe"
        "|danke für die schnelle antwort|vielen dank für die antwort|danke für die antwort|danke für die info"
        "|das war alles|hat geklappt|es hat geklappt|jetzt geht es|jetzt gehts|funktioniert|es funktioniert"
        "|liebe grüße|viele grüße|mit freundlichen grüßen|beste grüße|lg|vg|mfg|freut mich|kein problem|gerne"
        "|gern geschehen"
    )
    | _phrases(  # Dutch
        "dank|dankje|dank je|dank je wel|dankjewel|dank u|dank u wel|dankuwel|bedankt|hartelijk dank"
        "|hartelijk bedankt|heel erg bedankt|erg bedankt|super bedankt|alvast bedankt|veel dank|heel veel dank"
        "|hartstikke bedankt|dankjulliewel|dank jullie wel|top|toppie|prima|perfect|geweldig|fijn|heel fijn|mooi"
        "|super|goed|heel goed|helemaal goed|oke|is goed|dat is goed|akkoord|begrepen|duidelijk|in orde|komt goed"
        "|geen probleem|graag gedaan|doei|tot ziens|tot snel|fijne dag|fijne dag nog|een fijne dag"
        "|nog een fijne dag|fijne avond|fijne avond nog|een fijne avond|fijn weekend|een fijn weekend|prettige dag"
        "|prettig weekend|goede nacht|welterusten|insgelijks|jij ook|u ook|bedankt voor de hulp"
        "|bedankt voor je hulp|bedankt voor uw hulp|dank voor de hulp|dank je wel voor je hulp"
        "|dank u wel voor uw hulp|bedankt voor de snelle reactie|bedankt voor het snelle antwoord"
        "|bedankt voor de info|dat was alles|het werkt|het werkt nu|het is gelukt|gelukt|groetjes|groeten"
        "|met vriendelijke groet|mvg|fijn zo"
    )
    | _phrases(  # Swedish
        "tack|tackar|tack så mycket|tack så jättemycket|stort tack|tusen tack|många tack|tack snälla|tack ska du ha"
        "|tack skall du ha|tack för hjälpen|tack för din hjälp|tack för er hjälp|tack för all hjälp|tack för svar"
        "|tack för svaret|tack för snabbt svar|tack för det snabba svaret|tack för informationen|tack för infon"
        "|tack detsamma|detsamma|bra|mycket bra|jättebra|toppen|perfekt|super|grymt|kanon|underbart|utmärkt|fint"
        "|härligt|det är bra|det blir bra|blir bra|låter bra|det låter bra|okej|ok|uppfattat|förstått|då vet jag"
        "|inga problem|ingen fara|varsågod|hej då|hejdå|vi hörs|vi ses|ha det bra|ha det fint|ha det gott"
        "|ha en bra dag|ha en fin dag|ha en trevlig dag|ha en bra kväll|ha en trevlig kväll|trevlig helg"
        "|ha en trevlig helg|ha en bra helg|god natt|det var allt|det funkar|det fungerar|nu funkar det"
        "|nu fungerar det|det löste sig|löst|mvh|vänliga hälsningar|med vänliga hälsningar|hälsningar|du är bäst"
        "|ni är bäst|tacksam"
    )
    | _phrases(  # Spanish
        "gracias|muchas gracias|mil gracias|muchísimas gracias|gracias a ti|gracias a usted|gracias a ustedes"
        "|muy amable|gracias muy amable|te lo agradezco|se lo agradezco|lo agradezco|agradecido|agradecida"
        "|muy agradecido|muy agradecida|gracias por todo|gracias por la ayuda|gracias por su ayuda"
        "|gracias por tu ayuda|muchas gracias por la ayuda|muchas gracias por su ayuda|muchas gracias por tu ayuda"
        "|muchas gracias por todo|gracias por la información|gracias por la info|gracias por la respuesta"
        "|gracias por responder|gracias por la atención|gracias por su atención|gracias por su tiempo|perfecto"
        "|excelente|genial|estupendo|fantástico|maravilloso|buenísimo|bueno|bien|muy bien|está bien|esta bien"
        "|todo bien|súper|vale|ok|okay|okey|listo|de acuerdo|entendido|comprendido|claro|anotado|adiós|hasta luego"
        "|hasta pronto|hasta mañana|chao|chau|nos vemos|que tenga buen día|que tengas buen día"
        "|que tenga un buen día|que tengas un buen día|feliz día|buen fin de semana|feliz fin de semana|igualmente"
        "|a ti|a usted|a ustedes|saludos|un saludo|un abrazo|un cordial saludo|de nada|no hay problema|sin problema"
        "|eso es todo|eso era todo|ya funciona|funciona|ya está|ya quedó|solucionado|resuelto|bendiciones"
        "|dios le bendiga|dios te bendiga|qué bueno|que bien"
    )
    | _phrases(  # Portuguese
        "obrigado|obrigada|obg|obgd|brigado|brigada|muito obrigado|muito obrigada|muitíssimo obrigado"
        "|muitíssimo obrigada|obrigado pela ajuda|obrigada pela ajuda|muito obrigado pela ajuda"
        "|muito obrigada pela ajuda|obrigado pela atenção|obrigada pela atenção|obrigado por tudo|obrigada por tudo"
        "|obrigado pela informação|obrigada pela informação|obrigado pela resposta|obrigada pela resposta"
        "|obrigado pelo retorno|obrigada pelo retorno|agradeço|eu agradeço|agradecido|agradecida|grato|grata"
        "|muito grato|muito grata|valeu|vlw|valeu mesmo|perfeito|ótimo|excelente|maravilha|maravilhoso|que bom"
        "|muito bom|bom|bem|tudo bem|tudo certo|certo|certinho|está bem|tá bom|ta bom|tá bem|beleza|blz|show|top"
        "|legal|fixe|combinado|entendi|entendido|percebi|compreendido|ok|okay|fechado|tchau|adeus|até|até logo"
        "|até breve|até mais|até amanhã|tenha um bom dia|tenha uma boa tarde|tenha uma boa noite|bom fim de semana"
        "|bom final de semana|igualmente|para você também|pra você também|você também|para si também|abraço|abraços"
        "|um abraço|cumprimentos|com os melhores cumprimentos|de nada|sem problema|sem problemas|era só isso"
        "|é só isso|só isso|já funciona|funcionou|deu certo|resolvido|deus abençoe|deus te abençoe|imagina"
    )
    | _phrases(  # Russian
        "спасибо|спс|спасиб|спасибочки|пасиб|пасибо|большое спасибо|спасибо большое|огромное спасибо"
        "|спасибо огромное|благодарю|благодарю вас|благодарим|благодарен|благодарна|очень благодарен"
        "|очень благодарна|признателен|признательна|спасибо вам|спасибо вам большое|большое вам спасибо"
        "|спасибо тебе|спасибо за помощь|спасибо за вашу помощь|большое спасибо за помощь|спасибо большое за помощь"
        "|спасибо за ответ|спасибо за быстрый ответ|спасибо за информацию|спасибо за инфу|спасибо за оперативность"
        "|спасибо за всё|спасибо за внимание|спасибо за заботу|спасибо за понимание|от души|мерси|хорошо|ок|окей"
        "|окк|оки|ладно|ладненько|отлично|супер|класс|круто|прекрасно|замечательно|великолепно|здорово|чудесно"
        "|идеально|понял|поняла|понятно|всё понятно|ясно|принято|договорились|добро|всё хорошо|всё отлично"
        "|всё супер|вопросов нет|больше вопросов нет|это всё|на этом всё|всё работает|работает|заработало"
        "|всё получилось|получилось|разобрался|разобралась|до свидания|до встречи|до завтра|пока|пока пока"
        "|всего доброго|всего хорошего|всего наилучшего|хорошего дня|хорошего вечера|хороших выходных"
        "|спокойной ночи|хорошего вам дня|вам тоже|и вам|и вам того же|взаимно|вам того же|пожалуйста не за что"
        "|не за что|с уважением|всех благ|вы лучшие|вы лучший|вы лучшая|удачи|рад|рада|ура"
    )
)
# What may stand beside a thanks and says nothing of itself: little words, and what the thanks is for.
_FILLERS = _phrases(
    "and|so|very|really|again|dear|then|for everything|oh|ah|wow|yes|yep|yeah|much|a lot|guys|team|everyone|all|sir"
    "|madam|mate|for your help|for the help|for your time|for your support|for the info|for the quick answer|und"
    "|auch|noch|ja|nochmals|nochmal|sehr|dann|na|alle|für die hilfe|für ihre hilfe|für deine hilfe|für alles"
    "|für die antwort|für die schnelle antwort|für die schnelle hilfe|für die info|für ihre mühe|en|ook|nog"
    "|nogmaals|heel|dan|hoor|voor de hulp|voor je hulp|voor uw hulp|voor alles|voor de snelle reactie"
    "|voor het snelle antwoord|voor de info|voor de moeite|och|också|igen|så|då|alla|för hjälpen|för din hjälp"
    "|för all hjälp|för allt|för svaret|för det snabba svaret|för snabbt svar|för infon|y|e|o|muy|mucho|sí|si|pues"
    "|otra vez|nuevamente|de nuevo|a todos|equipo|amigo|amiga|por todo|por la ayuda|por su ayuda|por tu ayuda"
    "|por la información|por la respuesta|por la atención|por su atención|por su tiempo|muito|sim|também|então"
    "|mesmo|novamente|gente|pessoal|equipe|querido|querida|por tudo|pela ajuda|pela atenção|pela informação"
    "|pela resposta|pelo retorno|и|да|очень|ещё раз|тогда|ну|вам|вас|всем|ой|ага|угу|также|тоже|за помощь"
    "|за вашу помощь|за ответ|за быстрый ответ|за информацию|за всё|за внимание|за заботу|за оперативность"
)
_WORDS_OF_A_PHRASE = max(len(phrase) for phrase in _PHRASES | _FILLERS)
