from __future__ import annotations

import pytest

from extractors.html.furniture import without_furniture

OWN = "Talks between the two delegations went on in Istanbul on Tuesday, with no end in sight."

POINTERS = (
    """
More: Zelensky offers a truce|More|RELATED|Related – a summit|Watch: the talks|Listen » the talks|Recommended|Live → talks
Read more about the talks|Read also: a truce|Also read: a truce|See also the map|Must read: a truce|Don't miss the map
Don’t miss the map|À lire la suite|Lire aussi : la trêve|Mehr zum Thema Krieg|Lesen Sie auch: Krieg|Lea también: tregua
Lee más sobre la guerra|Leggi anche: la tregua|Leia também: a trégua|Читайте также: перемирие|Читать также о войне
""".strip()
    .replace("\n", "|")
    .split("|")
)
CREDITS = (
    """
Photo: AFP|Photos: AFP|Photograph: AFP|Photo by: Ann|Photo credit: Ann|File photo: AFP|Image: AFP|Picture: AFP|Foto: dpa
Fotos: dpa|Фото: ТАСС|Bild: dpa|Crédit: AFP|Crédits photo: AFP|Credit: AFP|Credits: AFP|Source: TASS|Quelle: dpa
Fuente: EFE|Fonte: ANSA|Источник: ТАСС|Kaynak: AA|Foto/video: AA|Video: AA|Videos: AA|Picture credit: AFP
Image source: AFP|Image credit: AFP|Image caption: The palace|Copyright: AFP|© AFP|(c) AFP|Photo：AFP
""".strip()
    .replace("\n", "|")
    .split("|")
)
PROMPTS = (
    """
Advertisement|Advertising|Advert|Anzeige|Werbung|Publicité|Passer la publicité|Publicidad|Реклама|Article content
Story continues below this|Advertisement 2 of 3|Comment|Comments|Share|Share this story|Subscribe|Subscribe now!
Loading the next one|Print|Popular|Follow us on air|Leave a comment below|Leave a reply|Read the full article here
Copy link|Listen to this article now|Listen to the article|3 min read|A minute read|12 mins read|2 minutes read
This is a breaking news story|This is a developing story, check back|This is a breaking new story|More to follow soon
Details to follow|More details to follow|Partager|Compartir|Condividi|Teilen|Поделиться|Paylaş|分享让更多人看到|关注|分享
Compartilhar|Abonnez-vous à tout|Suscríbete a todo|Abonnieren Sie uns|Iscriviti a tutto|Подписывайтесь на нас
Подписаться на нас|Подписывайся на нас|Підписуйтесь на нас|Підписатися на нас|Jetzt anmelden und lesen|Jetzt abonnieren!
Inscrivez-vous ici|Suscribirse ahora|Bize abone olun|Support our journalism|Support independent journalism|Donate now
Donate today|Become a subscriber|Become a supporter today|Become a patron|Become a member today|Become a member now
Already a subscriber?|Already a member?|Log in to read|Create a free account|Create your account|Continue reading below
Download our app|Download the Herald app|Have a news tip?|Have a story for us?|Have you got a tip?|Got a tip?|Got a story?
Thank you for subscribing|Thank you for signing up|Thank you for reading|View comments
By subscribing to it you agree|By clicking you agree to it|Sign up for it all|Sign up to it all|Subscribe to it all
Join our channel|Join thought leaders|Get our letters|Get daily letters|Get breaking news|Get in touch with our desk
Get the latest here|Get the daily brief|Stay informed with us|For more stories like this one|Follow Ann on Twitter
Follow the Herald on Facebook|Follow us on X|Follow Ann on Instagram|Follow it on Telegram|Click here to see it
Please bookmark it|Our website is the place for it|Swipe left to see it|This article is only available to subscribers
This article was available to subscribers only
""".strip()
    .replace("\n", "|")
    .split("|")
)
STAMPS = (
    """
12:40 CET, Wednesday 30 March 2022|Published 30 March|First published at 12:40|Last updated: 30.03.2022|Updated on 30 March
Aktualisiert am|- Veröffentlicht: 30. März|Posted 2 hours ago|Modified 12:40|March 30, 2022|30.03.2022|2022-03-30
""".strip()
    .replace("\n", "|")
    .split("|")
)
TAILS = (
    """
More from The Herald|More on the talks|More stories|More news here|Related stories|Related articles
Related news|Related topics|Related content|Related coverage|Most read|Most popular|Most viewed|Read next|You may also like
You might also like|Trending|Trending now|Recommended for you|Recommended stories|Latest news|Latest stories
Top stories|Comment|Comments|Comments (12)|Access ranking|JN access ranking|Our most popular articles|A popular article|Editors' picks
Editor's pick|Editor’s picks|In other news|Other stories|Other opinion columns|Related reading|Recommended video|Suggested videos
Related links|Related tags|You may also enjoy|Readers might also read|Tag|Tags|Topic|Topics|About the author
About the authors|Leave a reply|Leave a comment|Weitere Themen
Weitere Artikel|Weitere Nachrichten|Meistgelesen|Les plus lus|Lo más leído|Lo más visto|I più letti|Самое читаемое
Новости по теме|Материалы по теме|En çok okunan|En çok okunanlar|Mest läst|Mest lest|Mest læst|1 comment|12 comments
Join the conversation|Join the discussion|Reader comments|Sur le même sujet
Más información|Most read:
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("line", [*POINTERS, *CREDITS, *PROMPTS, *STAMPS])
def test_furniture_is_dropped(line):
    """A line that points elsewhere, credits a picture, asks for something or tells the time goes, in any case."""
    assert without_furniture([line, OWN], ()) == [OWN]
    assert without_furniture([line.upper(), OWN], ()) == [OWN]


@pytest.mark.parametrize(
    "line",
    [
        "More than forty people were there.",
        "Related questions were left for later.",
        "Moreover, nothing was signed.",
        "Readers also wrote about the map.",
        "Photographs of the table were taken.",
        "Source of all trouble is the map, he said.",
        "Print runs were stopped.",
        "Commentators saw no end to it.",
        "Sharing the table was hard.",
        "Subscribers of the plan are few.",
        "Advertisers left the channel.",
        "At 12:40 the doors were opened.",
        "The law was published in March and 30 people signed it.",
        "Donated money was returned.",
        "Getting there took nine hours.",
        "Followers of the bishop met.",
    ],
)
def test_what_only_begins_like_furniture_stays(line):
    """A sentence of the article is not taken for a prompt."""
    assert without_furniture([line], ()) == [line]


def test_a_long_line_is_no_prompt():
    """What is longer than a prompt is told by the article, however it begins."""
    for length, stays in ((250, False), (251, True)):
        line = f"Read more about {'x' * (length - 16)}"
        assert len(line) == length
        assert bool(without_furniture([line], ())) is stays


@pytest.mark.parametrize("heading", TAILS)
def test_nothing_comes_after_a_heading_of_teasers(heading):
    """After such a heading the article is over; before a third of it the same words are a heading of its own."""
    told = [f"{OWN} {number}" for number in range(4)]
    assert without_furniture([*told, heading, "Zelensky offers a truce again."], ()) == told
    kept = without_furniture([heading, *told], ())
    assert kept[-4:] == told


def test_a_tail_begins_after_a_third():
    """A heading of teasers counts when more than three tenths of the text stand before it."""
    lines = ["a" * 30, "In other news", "b" * 57]
    assert without_furniture(lines, ()) == lines
    assert without_furniture(["a" * 31, *lines[1:]], ()) == ["a" * 31]
    assert without_furniture(["a" * 31, f"Read more: {'x' * 200}", *lines[1:]], ()) == ["a" * 31]


def test_what_is_repeated_from_elsewhere_goes():
    """A line that repeats the title, byline or section is no line of the text; nor is one without words."""
    assert without_furniture(["Talks go on!", OWN, "* * *", ""], ["“Talks go on”", None]) == [OWN]


@pytest.mark.parametrize(
    "line", ["Related", "Popular", "Recommended", "Share this article", "Don't miss", "Читайте также"]
)
def test_what_stands_between_paragraphs_ends_nothing(line):
    """A box's heading or a bar of buttons in the middle goes, and the article goes on."""
    assert without_furniture([OWN, line, OWN + " Again."], ()) == [OWN, OWN + " Again."]
