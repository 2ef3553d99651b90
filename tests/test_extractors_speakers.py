"""Whom a speaker's name, role or pronoun means."""

from datetime import UTC, datetime

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Unread

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader():
    """A reader with the watchlist that comes with the package."""
    return Reader(load_watchlist())


@pytest.mark.parametrize(
    ("text", "speaker", "speaker_id", "surface"),
    [
        pytest.param(
            "Russia’s President Vladimir Putin said, “We are open to talks.”",
            "Vladimir Putin",
            "vladimir-putin",
            "Russia’s President Vladimir Putin",
            id="the whole noun phrase is the surface, the roster gives the name",
        ),
        pytest.param(
            "“We want guarantees,” David Arakhamia, head of the Ukrainian delegation in Istanbul, said.",
            "Davyd Arakhamia",
            "davyd-arakhamia",
            "David Arakhamia, head of the Ukrainian delegation in Istanbul",
            id="another spelling, with what stands in apposition",
        ),
        pytest.param(
            "Michael O’Hanlon, a senior fellow, spoke. “We must get involved,” O’Hanlon said.",
            "Michael O’Hanlon",
            None,
            "O’Hanlon",
            id="a surname off the roster means the fullest name",
        ),
        pytest.param(
            "Kuleba met Merkel. “Every war ends in a diplomatic way,” Kyiv’s top diplomat said.",
            "Dmytro Kuleba",
            "dmytro-kuleba",
            "Kyiv’s top diplomat",
            id="a role noun of the roster",
        ),
        pytest.param(
            "Company spokeswoman Jane Harding resigned. “It was time to go,” the spokeswoman said.",
            "Jane Harding",
            None,
            "the spokeswoman",
            id="a role noun that the article gave to someone",
        ),
        pytest.param(
            "Vladimir Medinsky offered a more positive view of Ukraine’s proposal. “They are ready,” he said.",
            "Vladimir Medinsky",
            "vladimir-medinsky",
            "he",
            id="he is the last man who was a subject",
        ),
        pytest.param(
            "Putin met Valentina Matviyenko. Medinsky stayed. “Talks could begin next year,” she said.",
            "Valentina Matviyenko",
            "valentina-matviyenko",
            "she",
            id="without such a subject she is the last woman named",
        ),
        pytest.param(
            "Valentina Matviyenko left. Medinsky stayed. “Talks could begin next year,” she said.",
            "Valentina Matviyenko",
            "valentina-matviyenko",
            "she",
            id="she passes over men",
        ),
        pytest.param(
            "O’Hanlon agreed. He said that Putin is out. “That is my view of the war,” said Michael O’Hanlon.",
            "Michael O’Hanlon",
            None,
            "Michael O’Hanlon",
            id="a later full name",
        ),
        pytest.param(
            "Michael Smith spoke first. He said that Putin “cannot stay.” “I see no peace process,” he said.",
            "Michael Smith",
            None,
            "he",
            id="the subject of what is reported comes after the one who reports",
        ),
        pytest.param(
            "On April 16 Samuel Charap of RAND and Sergey Radchenko of John Hopkins University wrote, “We have them.”",
            "Samuel Charap; Sergey Radchenko",
            None,
            "Samuel Charap of RAND and Sergey Radchenko of John Hopkins University",
            id="two speak as one",
        ),
        pytest.param(
            "“We have received nothing so far,” a Western diplomat said.",
            "Western diplomat",
            None,
            "a Western diplomat",
            id="a description names whom no name names",
        ),
        pytest.param(
            "Trump called again. JD Vance questioned Putin’s position. “I doubt that Putin has a strategy for peace,” he said.",
            "JD Vance",
            "jd-vance",
            "he",
            id="he is neither whom his words name nor who was named long before",
        ),
        pytest.param(
            "Macron and Merz met on Monday. Then Emmanuel Macron and Friedrich Merz left. They said the talks would go on.",
            "Emmanuel Macron; Friedrich Merz",
            "emmanuel-macron",
            "They",
            id="they are those who did something together",
        ),
        pytest.param(
            "Emmanuel Macron called Vladimir Putin. The two presidents agreed that a ceasefire was needed.",
            "Emmanuel Macron; Vladimir Putin",
            "emmanuel-macron",
            "The two presidents",
            id="two who are called so",
        ),
        pytest.param(
            "Tehran hesitated, and Iran left the talks. The US said a ceasefire was near.",
            "United States",
            None,
            "The US",
            id="the US is no pronoun",
        ),
        pytest.param(
            "Sachin Kumar, a local villager, said the ceasefire was over.",
            "Sachin Kumar",
            None,
            "Sachin Kumar, a local villager",
            id="a name that nothing knows, without what stands beside it",
        ),
        pytest.param("“We have received nothing so far,” he said.", None, None, "he", id="a pronoun without anyone"),
        pytest.param(
            "The Indian army in a statement said the truce had been broken.",
            "Indian army",
            None,
            "The Indian army",
            id="on what occasion it speaks is no part of who does",
        ),
        pytest.param(
            "A diplomat at the meeting in Cairo said the truce had been broken.",
            "diplomat at the meeting in Cairo",
            None,
            "A diplomat at the meeting in Cairo",
            id="where somebody is tells who he is",
        ),
    ],
)
def test_speakers_are_resolved(reader, text, speaker, speaker_id, surface):
    """The last statement's speaker is whoever the phrase at its cue means."""
    article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
    statement = reader.read(article).statements[-1]
    assert (statement.speaker, statement.speaker_id, statement.speaker_surface) == (speaker, speaker_id, surface)


@pytest.mark.parametrize(
    ("text", "speaker", "speaker_id"),
    [
        pytest.param(
            "Hungary blocked the deal. Its prime minister said a truce was near.",
            "Viktor Orbán",
            "viktor-orban",
            id="its",
        ),
        pytest.param(
            "Israel struck Gaza. The country’s foreign minister said the truce was over.",
            "Gideon Sa'ar",
            "gideon-saar",
            id="the country’s",
        ),
        pytest.param(
            "The European Union met. The bloc’s foreign policy chief said a truce was near.",
            "Kaja Kallas",
            "kaja-kallas",
            id="the bloc’s",
        ),
        pytest.param(
            "Hungary’s foreign minister Ann Low left. Hungary blocked it. Its foreign minister said it was over.",
            "Ann Low",
            None,
            id="whom the article names with the office",
        ),
        pytest.param(
            "Iran refused. Its leaders said that they would not yield.", "Iran’s leaders", None, id="several of one"
        ),
        pytest.param(
            "Russia refused. Its foreign ministry said that a truce was far.",
            "Russian Foreign Ministry",
            None,
            id="a body",
        ),
        pytest.param(
            "Strikes hit Gaza. The besieged enclave’s health ministry said 19 people died.",
            "Gaza’s health ministry",
            None,
            id="a place that is no country",
        ),
        pytest.param("North Korea fired. The country said it would go on.", "North Korea", None, id="the country"),
        pytest.param("Hamas refused. The movement said it would fight on.", "Hamas", None, id="the movement"),
        pytest.param(
            "Pakistan closed its airspace. The neighbouring country said it was needed.",
            "neighbouring country",
            None,
            id="another country",
        ),
        pytest.param("Putin left. His spokesman said it was late.", "His spokesman", None, id="nobody of a person"),
        pytest.param(
            "Starmer, Macron and Carney met. The three leaders said a truce was near.",
            "Keir Starmer; Emmanuel Macron; Mark Carney",
            "keir-starmer",
            id="three who were named together",
        ),
        pytest.param(
            "The UK, France and Canada met. The two leaders said a truce was near.",
            "two leaders",
            None,
            id="not so many",
        ),
        pytest.param(
            "King Charles and Queen Camilla met. The officials said a truce was near.",
            "officials",
            None,
            id="by no role",
        ),
        pytest.param(
            "Russia and Ukraine met. The two sides said a truce was near.", "Russia; Ukraine", None, id="two sides"
        ),
        pytest.param(
            "The visit follows a statement from the leaders of France and Germany which called on Russia to stop.",
            "Emmanuel Macron; Friedrich Merz",
            "emmanuel-macron",
            id="from whom it comes, not what follows it",
        ),
        pytest.param(
            "Putin and Trump met. The leaders of the party said a truce was near.",
            "leaders of the party",
            None,
            id="others",
        ),
    ],
)
def test_what_stands_for_those_named_before(reader, text, speaker, speaker_id):
    """An office or a body of what was named before, and what that is called, mean who holds it, or that."""
    on = datetime(2025, 5, 21, tzinfo=UTC)
    article = Unread(article_id="a", title=None, text=text, published_at=on, language="en")
    statement = reader.read(article).statements[-1]
    assert (statement.speaker, statement.speaker_id) == (speaker, speaker_id)


def test_an_office_speaks_for_whom_the_article_names_with_it(reader):
    """Its synonyms too, and the pronoun after it, though he is on no roster."""
    text = (
        "Secretary of State Jane Doe landed in Kyiv. “A ceasefire is near,” the top US diplomat said. "
        "She said that talks would go on."
    )
    article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
    found = reader.read(article).statements
    assert [(each.speaker, each.speaker_id) for each in found] == [("Jane Doe", None)] * 2


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        pytest.param("A strategy paper said Ukraine should not be offered membership.", None, id="a paper of nobody"),
        pytest.param("The analysis noted that Russia would reject a ceasefire.", None, id="an analysis of nobody"),
        pytest.param("“Russia will not accept a ceasefire,” the report said.", None, id="a report of nobody"),
        pytest.param("According to the draft, Ukraine would give up Crimea.", None, id="a draft of nobody"),
        pytest.param("Last week’s report said Russia would reject a truce.", None, id="a day makes nothing"),
        pytest.param(
            "Kyiv rejected a report. The report said Russia wanted a truce.", None, id="who rejects it did not"
        ),
        pytest.param("The Ukrainian proposal said a truce was near.", "Ukrainian proposal", id="named for whose it is"),
        pytest.param("The EU’s assessment said that Russia would not accept it.", "European Union", id="whose it is"),
        pytest.param("The ministry’s report said a truce was near.", "ministry", id="whose it is, by a noun"),
        pytest.param("A study by the Rand Corporation said Russia wanted a truce.", "Rand Corporation", id="by whom"),
        pytest.param(
            "Keith Kellogg wrote a strategy paper. The strategy paper said Ukraine must wait for membership.",
            "Keith Kellogg",
            id="who wrote it under the same name",
        ),
        pytest.param(
            "Last year, Kellogg co-authored a strategy paper that said Ukraine must wait.",
            "Keith Kellogg",
            id="a co-author",
        ),
        pytest.param("Data released by the UN said the truce was broken.", "United Nations", id="who released it"),
        pytest.param(
            "Trump's 28-point plan calls for a ceasefire within 50 days.", "Donald Trump", id="whose plan it is"
        ),
        pytest.param(
            "The Witkoff proposal demands that Hamas release ten men.", "Steve Witkoff", id="called after him"
        ),
        pytest.param("An IAEA report said Iran had stockpiled uranium.", "IAEA", id="called after a body"),
        pytest.param("According to a statement from the Kremlin, a truce is near.", "Kremlin", id="from whom it comes"),
        pytest.param("A statement from Abbas’s office said a truce was near.", "Abbas’s office", id="from an office"),
        pytest.param("Macron's post on X said that Putin wanted no truce.", "Emmanuel Macron", id="whose post it is"),
        pytest.param("Lavrov spoke. His statement said the truce was near.", "Sergei Lavrov", id="his"),
        pytest.param("The Steele dossier said Moscow had a tape.", "Steele dossier", id="a study is often about him"),
        pytest.param("The Istanbul communique said the truce held.", "Istanbul communique", id="a place makes nothing"),
        pytest.param("A statement from Tuesday said the truce held.", None, id="nor does a day it comes from"),
        pytest.param("The Putin spokesman said a truce was near.", "Putin spokesman", id="whose spokesman he is"),
        pytest.param("Putin’s spokesman said a truce was near.", "Putin’s spokesman", id="nor by a possessive"),
        pytest.param(
            "A former Zelensky adviser said a truce was near.", "former Zelensky adviser", id="whose adviser he was"
        ),
        pytest.param("The Putin spokesman left. The spokesman said a truce was near.", "spokesman", id="nor later"),
        pytest.param("The footage said a truce was near.", None, id="what only shows"),
        pytest.param("A deeper look said the talks were over.", None, id="what is nobody’s words"),
        pytest.param("The incident said that a truce was near.", None, id="what happened"),
        pytest.param("A campaign ad said that the truce was broken.", None, id="an advertisement of nobody"),
        pytest.param("Several emails said that the truce was broken.", None, id="emails of nobody"),
        pytest.param("The complaint said that the truce was broken.", None, id="a paper of a court"),
        pytest.param("The judge’s ruling said that the truce was broken.", "judge", id="whose ruling it is"),
        pytest.param("Travel said that a truce was near.", None, id="what people do"),
        pytest.param("The old said that a truce was near.", None, id="no noun"),
        pytest.param("Many said that a truce was near.", "Many", id="people"),
        pytest.param("The 89-year-old said that a truce was near.", "89-year-old", id="somebody by her age"),
        pytest.param("The delegation said that a truce was near.", "delegation", id="but a body does speak"),
    ],
)
def test_a_document_speaks_for_its_maker_or_for_nobody(reader, text, speaker):
    """Never is it the paper itself that said a thing."""
    article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
    statement = reader.read(article).statements[-1]
    assert statement.speaker == speaker
