"""Who looks and who types: shown while it lasts, over by itself."""

from uuid import UUID

from threadline.core.presence import LOOKS_FOR_S, TYPES_FOR_S, Doing, Presence, Word, presence_topic, read_topic

HERE, MILA, JONAS, SHOP = (UUID(int=number) for number in range(1, 5))


def test_what_is_said_is_shown_until_it_is_not_said_any_more() -> None:
    presence = Presence()
    assert presence.note(HERE, MILA, Doing.LOOKING, now=0)
    assert not presence.note(HERE, MILA, Doing.LOOKING, now=20)
    assert presence.note(HERE, JONAS, Doing.TYPING, now=20)
    assert presence.people(HERE) == [(MILA, False), (JONAS, True)]
    assert presence.expire(now=20 + TYPES_FOR_S) == set()
    assert presence.expire(now=21 + TYPES_FOR_S) == {HERE}
    assert presence.people(HERE) == [(MILA, False), (JONAS, False)]
    assert presence.note(HERE, JONAS, Doing.GONE, now=40)
    assert presence.expire(now=21 + LOOKS_FOR_S) == {HERE}
    assert presence.people(HERE) == []
    assert presence.conversation_ids == []


def test_going_from_where_one_never_was_changes_nothing() -> None:
    assert not Presence().note(HERE, MILA, Doing.GONE, now=0)


def test_words_travel_with_their_time_and_strange_ones_are_left_alone() -> None:
    first = presence_topic(SHOP, HERE, MILA, Doing.TYPING, said_at_ms=7)
    later = presence_topic(SHOP, HERE, MILA, Doing.GONE, said_at_ms=30)
    assert sorted(word for topic in (later, first) if (word := read_topic(topic))) == [
        Word(7, SHOP, HERE, MILA, Doing.TYPING),
        Word(30, SHOP, HERE, MILA, Doing.GONE),
    ]
    assert read_topic("presence:x:y") is None
    assert read_topic(first.replace("typing", "dancing")) is None
