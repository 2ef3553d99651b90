from __future__ import annotations

from typing import Any

import pytest

from extractors.html.metadata import Metadata
from extractors.html.pages import refusal, sentence_count
from extractors.records import Unreadable, UnreadableReason

# What the pages say, one phrase a rule, in the languages the wires are read in.
NOT_FOUND = (
    """
Error 404|HTTP error: 404 not found|Erreur 404|Fehler 404|Errore 404|Ошибка 404|Помилка 404|Błąd 404|Hata 404
404|404: page not found|404 | not found|404 – file not found|404 error
This page could not be found|The article was not available|That story does not exist|Your content can not be found
The requested document cannot be found|The file can't be found|The URL couldn't be found|The page you're looking for doesn't exist
The page that you were looking for no longer exists|The story you requested has been removed|This article was deleted
The page has been moved|This content is no longer available|This page is unavailable|The page is missing|The page is gone
Page not found|Article is not found|We couldn't find that page|We could not locate this article|We can't find the page
We cannot seem to find your story|We were unable to find the page|Did not find that content|Nothing found here
Nothing was found|Page introuvable|Page non trouvée|La page demandée n'existe pas|Page n’existe plus
Diese Seite wurde nicht gefunden|Die angeforderte Seite konnte nicht gefunden werden|Seite existiert nicht mehr
La página no existe|Página no encontrada|Página não encontrada|No se ha encontrado la página|No se encontró la página
No hemos encontrado la página|No se encontrado la página|Pagina non trovata|Pagina niet gevonden|Strona nie istnieje
Strona nie została znaleziona|Nie znaleziono strony|Sidan hittades inte|Sidan finns inte|Siden finnes ikke
Siden blev ikke fundet|Siden ble ikke funnet|Sayfa bulunamadı|Sivua ei löytynyt|Запрашиваемая страница не найдена
Страница не существует|Такой страницы не существует|Запитувану сторінку не знайдено|Сторінка не існує|Сторінка не знайдена
页面不存在|页面未找到|页面没有找到|找不到网页|找不到页面|ページが見つかりません|الصفحة غير موجودة
""".strip()
    .replace(" | ", " ¦ ")
    .replace("\n", "|")
    .split("|")
)
CONSENT = (
    """
We value your privacy|We respect your privacy|We care about your privacy|Your privacy matters|Your privacy is important
Your privacy choices|We and our 842 partners use some cookies|We process them and cookies|We store many cookies here
Us and our trusted partners use cookies|We use cookies|Our partners store it|Our 12 partners process it|Our ad partners use it
Accept all|Reject all|Allow cookies|Agree to cookies|Manage your preferences|Set cookie settings|Manage options
Manage choices|Before you continue to it|Give your consent|Withdraw your consent|Need your consent|Require your consent
You consent to it|Store information on a device|Access information on your device|Store and/or access information on a device
Legitimate interest|Legitimate interests|Accept and continue|Accept and close|Personalised ads and content
Personalized advertising and content|Cookie policy|Cookie notice|Cookie settings|Wir verwenden viele Cookies
Wir nutzen Cookies|Wir benötigen Ihre Einwilligung|Wir brauchen Ihre Zustimmung|Alle akzeptieren|Cookies akzeptieren
Zustimmen und weiter|Zustimmen & weiter|Akzeptieren und weiter|Akzeptieren & weiter|Einwilligung|Datenschutzeinstellungen
Mit Werbung lesen|Mit Werbung weiterlesen|Tout accepter et continuer|Les cookies accepter et fermer|Accepter et fermer
Nous utilisons des cookies|Nous utilisons des traceurs|Continuer sans accepter|Nous et nos 842 partenaires
Nous respectons votre vie privée|Nous avec nos partenaires|Accepter tout|Accepter les cookies|Votre consentement
Usamos muchas cookies|Utilizamos cookies|Aceptar y continuar|Aceptar todo|Aceptar todas|Aceptar cookies|Aceitar e continuar
Aceitar todos|Aceitar cookies|Su consentimiento|Tu consentimiento|O seu consentimento|Nosotros y nuestros socios
Valoramos su privacidad|Valoramos tu privacidad|Valoramos a sua privacidade|Utilizziamo i cookie|Usiamo i cookie
Accetta e continua|Accetta tutti|Accetta tutto|Accetta i cookie|Noi e i nostri fornitori|Il tuo consenso
Wij gebruiken ook cookies|Alles accepteren|Cookies accepteren|Akkoord gaan|Akkoord en doorgaan|Uw toestemming
Używamy plików cookies|Korzystamy z plików cookie|Akceptuję wszystkie|Akceptuję i idę|Zaakceptuj wszystko|Twoja prywatność
Zgoda na to|Zgodę na to|Zgody na to|Vi använder dina cookies|Vi bruker cookies|Vi bruger cookies|Godkänn alla|Godta alle
Accepter alle|Tillad cookies|Ditt samtycke|Мы используем файлы cookie|Мы используем куки|Принять все|Принять и продолжить
Ми використовуємо файли cookie|Ми використовуємо куки|Прийняти всі|Прийняти усі|Прийняти та продовжити
Çerezleri kullanıyoruz|Çerezler kullanıyoruz|Çerez kabul|Tümünü kabul et
""".strip()
    .replace("\n", "|")
    .split("|")
)
PAYWALL = (
    """
Subscribe to continue|Sign up now to read|Sign in to keep reading|Log in here to unlock|Register to access|Join us to view
To continue reading|To keep reading|Continue reading this|Finish reading with us|Continue reading by paying
Read the full story|Unlock full article|Read full article|For our subscribers|Available only to members|Available to subscribers
Only for premium members|Only available to paying subscribers|Exclusive for subscribers|Exclusively to registered members
Subscriber-only|Members only|Premium-only|You've reached the free limit|You have used all your free articles
You’ve read your last free one|3 remaining articles left|Free article this month|Free articles left|Already a subscriber
Already subscribed|Réservé aux abonnés|Destiné aux abonnées|Réservé aux membres|Il vous reste 80% à lire
Reste 80% de cet article|Abonnez-vous pour lire|Abonnez-vous pour continuer|Abonnez-vous pour accéder|Pour lire la suite
Article payant|Article abonnés|Nur für Abonnenten|Für Abonnentinnen|Jetzt weiterlesen mit H+|Freischalten mit H+
Mit dem Probeabo weiterlesen|Im Abo lesen|Diesen Artikel lesen|Den ganzen Text weiterlesen|Den vollständigen Artikel lesen
Plus-Artikel|Premium-Artikel|Jetzt abonnieren|Solo para suscriptores|Exclusivo para assinantes|Solo para socios
Suscríbete para seguir leyendo|Suscríbete para leer|Suscríbete para continuar|Para seguir leyendo|Riservato agli abbonati
Riservato gli abbonati|Solo per abbonati|Abbonati per leggere|Abbonati per continuare|Per continuare a leggere
Conteúdo exclusivo|Assine para ler|Assine para continuar|Alleen voor abonnees|Exclusief voor abonnees|Verder lezen?
Tylko dla prenumeratorów|Tylko dla subskrybentów|Endast för prenumeranter|Bara för abonnenter|Kun för abonnenter
For abonnenter|Kun for abonnenter|Только для подписчиков|Доступно подписчикам|Оформите подписку|Лише для передплатників
Для передплатників|Оформіть передплату|Abonelere özel|Devamını okumak için|この記事は有料です|この記事は会員向け|有料会員限定
会員限定|订阅后继续阅读|订阅以阅读
""".strip()
    .replace("\n", "|")
    .split("|")
)
ROBOTS = (
    """
Verify you are human|Confirm that you're a human|Prove you are not a robot|Are you a robot?|Checking your browser
Checking if the site connection is secure|Please enable JavaScript to go on|Turn on cookies and reload|Enable JS and go
Access denied|Access to this page has been denied|Unusual traffic from your network|Unusual activity from your computer
Complete the CAPTCHA|Complete the security check|Attention required!|Attention required|Just a moment...
You have been blocked|Performance & security by X|Performance and security by X
""".strip()
    .replace("\n", "|")
    .split("|")
)
TOLD = "Talks went on in Istanbul. Peskov saw no breakthrough. A summit is not planned."


def about(**fields: Any) -> Metadata:
    """Return what a page says of itself."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("title", "author", "published", "language", "url", "site_name", "description")
    )
    return Metadata(**{**nothing, "is_article": False, **fields})


def reason(text: str, around: str = "", **fields: Any) -> UnreadableReason | None:
    """Return why a page is no article, None when it is one."""
    answer = refusal(text, about(**fields), around)
    return answer.reason if answer else None


@pytest.mark.parametrize("phrase", NOT_FOUND)
def test_error_pages_say_so(phrase):
    """Each way of saying that a page is not there is known in a title, also beside the outlet's name."""
    said = phrase.replace(" ¦ ", " | ")
    assert reason("", title=said) is UnreadableReason.SOFT_404
    assert reason(said, title="The Herald") is UnreadableReason.SOFT_404
    assert reason(TOLD, title=f"{said} - The Herald") is UnreadableReason.SOFT_404


@pytest.mark.parametrize("phrase", CONSENT)
def test_walls_ask_for_consent(phrase):
    """Each way of asking for consent is known where there is nothing else to read."""
    assert reason(phrase, title="The Herald") is UnreadableReason.CONSENT


@pytest.mark.parametrize("phrase", PAYWALL)
def test_walls_ask_for_money(phrase):
    """Each way of asking for a subscription is known beside a lead, in the text or around it."""
    assert reason("Talks went on.", phrase, title="Talks") is UnreadableReason.PAYWALL
    assert reason(f"Talks went on.\n{phrase}", title="Talks", is_article=True) is UnreadableReason.PAYWALL


@pytest.mark.parametrize("phrase", ROBOTS)
def test_walls_ask_for_humans(phrase):
    """Each way of asking for a human is known on a page that does not call itself an article."""
    expected = Unreadable(reason=UnreadableReason.NO_ARTICLE, detail="a check for robots")
    assert refusal("", about(title="The Herald"), phrase) == expected


@pytest.mark.parametrize(
    ("text", "around", "fields", "expected"),
    [
        pytest.param(TOLD, "", {}, None, id="three sentences are an article"),
        pytest.param("One went on. Two too.", "", {}, UnreadableReason.NO_ARTICLE, id="two are none"),
        pytest.param("", "", {"is_article": True, "title": "Talks"}, UnreadableReason.NO_ARTICLE, id="no text is none"),
        pytest.param("One went on.", "", {"is_article": True, "title": "Talks"}, None, id="one of an article by its word"),
        pytest.param("One went on.", "", {"is_article": True}, UnreadableReason.NO_ARTICLE, id="but not without a title"),
        pytest.param(TOLD, "Accept all. Subscribe to continue.", {}, None, id="walls around an article"),
        pytest.param(f"{TOLD}\nSubscribe to continue. Read on!", "", {}, None, id="a prompt under an article"),
        pytest.param(
            "One. Two.\nSubscribe to continue. Pay.", "", {}, UnreadableReason.PAYWALL, id="prompts are no sentences of it"
        ),
        pytest.param("One. Two.\nAccept all. Go.", "", {}, UnreadableReason.CONSENT, id="nor are questions"),
        pytest.param("", "Accept all", {}, UnreadableReason.NO_ARTICLE, id="one question beside nothing"),
        pytest.param("", "Accept all. Manage choices.", {}, UnreadableReason.CONSENT, id="two questions"),
        pytest.param("", "All. Set options.", {"title": "Accept all"}, UnreadableReason.CONSENT, id="one in the title"),
        pytest.param(
            "One.", "Accept all. Manage choices.", {"is_article": True, "title": "T"}, None, id="questions around an article"
        ),
        pytest.param(
            "One.", "", {"article": {"isAccessibleForFree": False}, "is_article": True, "title": "T"},
            UnreadableReason.PAYWALL, id="an article that is not free",
        ),
        pytest.param(
            "One.", "", {"article": {"isAccessibleForFree": "true"}, "is_article": True, "title": "T"}, None, id="one that is",
        ),
        pytest.param("One.", "Access denied", {"is_article": True, "title": "T"}, None, id="an article that was denied"),
        pytest.param(TOLD, "", {"title": "Page not found: why archives of the war vanish"}, None, id="about error pages"),
        pytest.param(TOLD * 30, "", {"title": "404", "is_article": True}, None, id="a long article of that name"),
        pytest.param(TOLD * 30, "", {"title": "404"}, UnreadableReason.SOFT_404, id="a long page of that name"),
        pytest.param(f"Page not found\n{TOLD}", "", {"published": 1}, None, id="a first line in what was published"),
        pytest.param(f"Page not found\n{TOLD * 30}", "", {}, None, id="a first line of much"),
        pytest.param(TOLD, "", {"title": "Page not found " + "x" * 1500}, None, id="a title without an end"),
        pytest.param("One.", f"{'x' * 1500} accept all", {}, UnreadableReason.NO_ARTICLE, id="one question far away"),
    ],
)  # fmt: skip
def test_a_wall_is_one_where_there_is_no_article(text, around, fields, expected):
    """An error page answers to its title, a wall to what it asks where fewer than three sentences stand."""
    assert reason(text, around, **fields) is expected


def test_a_long_line_is_no_prompt():
    """A paragraph that speaks of subscribing is the article's own."""
    paragraph = "Publishers ask readers to subscribe to read. " * 40
    assert reason(paragraph) is None
    assert reason(paragraph[:900]) is UnreadableReason.PAYWALL


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("One. Two! Three? Four…", 4, id="four ends"),
        pytest.param("“One.” (Two.) 'Three.'", 3, id="ends within marks"),
        pytest.param("停火。没有！真的？", 3, id="in Chinese"),
        pytest.param("پہلا۔ दूसरा। هل؟", 3, id="in Urdu, Hindi and Arabic"),
        pytest.param("3.5 at a.example", 0, id="stops within words"),
        pytest.param("... ?!", 0, id="marks alone"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_sentences_are_counted_by_their_ends(text, count):
    """What ends like a sentence is one."""
    assert sentence_count(text) == count
