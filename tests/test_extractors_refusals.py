from __future__ import annotations

import json

import pytest

from extractors.html.pages import clean_page
from extractors.records import Page, Unreadable, UnreadableReason

NOISE = '<nav><a href="/">Home</a><a href="/world">World</a></nav>'
TOLD = [
    "Talks between the two delegations went on in Istanbul on Tuesday.",
    "Dmitry Peskov saw no breakthrough in them so far.",
    "A summit is not planned at the moment.",
]
ARTICLE = '<meta property="og:type" content="article">'


def page(title: str, *lines: str, head: str = "", lang: str = "en") -> str:
    """Return a page under a title, with these lines and buttons."""
    told = "".join(line if line.startswith("<") else f"<p>{line}</p>" for line in lines)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{title}</title>{head}</head><body>{NOISE}'
        f"<main><h1>{title}</h1><div>{told}</div></main><footer><p>© The Herald</p></footer></body></html>"
    )


def reason_of(html: str) -> UnreadableReason | None:
    """Return why a page is no article, None when it is one."""
    answer = clean_page(html)
    return answer.reason if isinstance(answer, Unreadable) else None


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("Page not found", "It may have moved. Try the search. Or go home."), id="the plain words"),
        pytest.param(page("404 Not Found | The Herald", "Nothing here."), id="a status with an outlet's name"),
        pytest.param(page("Error 404", "The page you requested could not be found. Sorry. Bye."), id="error 404"),
        pytest.param(page("404", "Oops! That page can’t be found."), id="a number alone"),
        pytest.param(
            page("The Herald", "Sorry, this page doesn't exist.", "Please look again. Or search. Or go home."),
            id="said in the first line",
        ),
        pytest.param(
            page(
                "The Herald", "The article you are looking for is no longer available.", "Read others. They are good."
            ),
            id="an article that is gone",
        ),
        pytest.param(
            page("Page not found - The Herald", *[f"Popular story number {n} is about the war." for n in range(60)]),
            id="an error page that shows many other stories",
        ),
        pytest.param(page("Page introuvable", "Désolé. Rien ici. Au revoir.", lang="fr"), id="French"),
        pytest.param(page("Seite nicht gefunden - Der Bote", "Leider. Nichts da. Schade.", lang="de"), id="German"),
        pytest.param(page("Página no encontrada", "Lo sentimos. No está. Adiós.", lang="es"), id="Spanish"),
        pytest.param(page("Pagina non trovata", "Spiacenti. Non c'è. Ciao.", lang="it"), id="Italian"),
        pytest.param(page("Página não encontrada", "Pena. Nada aqui. Tchau.", lang="pt"), id="Portuguese"),
        pytest.param(page("Strona nie istnieje", "Niestety. Nic tu. Pa.", lang="pl"), id="Polish"),
        pytest.param(page("Страница не найдена", "Увы. Ничего нет. Пока.", lang="ru"), id="Russian"),
        pytest.param(page("Сторінку не знайдено", "На жаль. Нічого. Бувай.", lang="uk"), id="Ukrainian"),
        pytest.param(page("Sayfa bulunamadı", "Maalesef. Yok. Hoşça kal.", lang="tr"), id="Turkish"),
        pytest.param(page("Sidan hittades inte", "Tyvärr. Inget. Hej.", lang="sv"), id="Swedish"),
    ],
)
def test_an_error_page_that_answers_200_is_a_soft_404(html):
    """A page whose title or first line says no more than “not found” is an error page, however long."""
    assert reason_of(html) is UnreadableReason.SOFT_404


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            page("We value your privacy", "We and our 842 partners store and access information on a device."), id="TCF"
        ),
        pytest.param(
            page("Before you continue", "We use cookies and data to deliver our services. Accept all. Reject all."),
            id="before you continue",
        ),
        pytest.param(page("Cookies", "<button>Accept all</button><button>Manage your choices</button>"), id="buttons"),
        pytest.param(
            page(
                "Wir brauchen Ihre Zustimmung",
                "Wir verwenden Cookies und benötigen dafür Ihre Einwilligung. Alle akzeptieren. Mit Werbung weiterlesen.",
                lang="de",
            ),
            id="German",
        ),
        pytest.param(
            page(
                "Votre vie privée",
                "Nous et nos partenaires utilisons des traceurs. Accepter et continuer. Continuer sans accepter.",
                lang="fr",
            ),
            id="French",
        ),
        pytest.param(
            page("Tu privacidad", "Usamos cookies propias y de terceros. Aceptar y continuar.", lang="es"), id="Spanish"
        ),
        pytest.param(
            page("La tua privacy", "Noi e i nostri fornitori utilizziamo i cookie. Accetta e continua.", lang="it"),
            id="Italian",
        ),
        pytest.param(page("Cookies", "Wij gebruiken cookies. Alles accepteren.", lang="nl"), id="Dutch"),
        pytest.param(
            page("Twoja prywatność", "Używamy plików cookie. Akceptuję i przechodzę do serwisu.", lang="pl"),
            id="Polish",
        ),
        pytest.param(page("Kakor", "Vi använder cookies. Godkänn alla cookies.", lang="sv"), id="Swedish"),
        pytest.param(page("Cookie", "Мы используем файлы cookie. Принять все.", lang="ru"), id="Russian"),
        pytest.param(page("Çerezler", "Çerezleri kullanıyoruz. Tümünü kabul et.", lang="tr"), id="Turkish"),
    ],
)
def test_a_page_that_only_asks_for_consent_is_a_consent_wall(html):
    """Where nothing but a question about cookies stands, the page is a consent wall."""
    assert reason_of(html) is UnreadableReason.CONSENT


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("Talks go on", TOLD[0], "Subscribe to continue reading.", head=ARTICLE), id="subscribe"),
        pytest.param(page("Talks go on", TOLD[0], "This article is for subscribers only.", head=ARTICLE), id="only"),
        pytest.param(
            page("Talks go on", TOLD[0], "You have reached your limit of free articles.", head=ARTICLE), id="the limit"
        ),
        pytest.param(page("Talks go on", "Already a subscriber? Log in.", head=ARTICLE), id="a log-in and no text"),
        pytest.param(
            page(
                "Talks go on",
                TOLD[0],
                head='<script type="application/ld+json">'
                + json.dumps({"@type": "NewsArticle", "headline": "Talks go on", "isAccessibleForFree": "False"})
                + "</script>",
            ),
            id="a lead that says it is not free",
        ),
        pytest.param(page("Gespräche", TOLD[0], "Jetzt weiterlesen mit H+.", head=ARTICLE, lang="de"), id="German"),
        pytest.param(page("Pourparlers", TOLD[0], "Cet article est réservé aux abonnés.", head=ARTICLE), id="French"),
        pytest.param(page("Diálogo", TOLD[0], "Contenido exclusivo para suscriptores.", head=ARTICLE), id="Spanish"),
        pytest.param(page("Colloqui", TOLD[0], "Contenuto riservato agli abbonati.", head=ARTICLE), id="Italian"),
        pytest.param(
            page("Переговоры", TOLD[0], "Материал доступен только для подписчиков.", head=ARTICLE), id="Russian"
        ),
    ],
)
def test_a_lead_and_a_prompt_are_a_paywall_stub(html):
    """A sentence or two and a prompt to pay are no article, even where the page calls itself one."""
    assert reason_of(html) is UnreadableReason.PAYWALL


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("Talks go on", *TOLD), id="a headline and three sentences"),
        pytest.param(page("Talks go on", TOLD[0], head=ARTICLE), id="one sentence that calls itself an article"),
        pytest.param(page("Talks go on", *TOLD, "Subscribe to continue reading."), id="three sentences and a prompt"),
        pytest.param(page("Talks go on", *TOLD, "We use cookies. Accept all."), id="an article with a cookie notice"),
        pytest.param(
            page("The 404 page that became a museum", "An artist collected error pages.", *TOLD), id="about 404 pages"
        ),
        pytest.param(
            page("Page not found: why archives of the war vanish", "Links rot quickly.", *TOLD), id="about dead links"
        ),
        pytest.param(
            page(
                "Browser makers drop plans for cookies",
                "Sites ask visitors to accept all cookies before they may read.",
                "Regulators said that consent must be free, and fined three publishers on Monday.",
                "The companies answered that readers understood what they agreed to.",
                "A court will hear the case in spring.",
            ),
            id="about cookies",
        ),
        pytest.param(
            page(
                "Newspapers lock their articles",
                "Publishers increasingly keep articles for subscribers only.",
                "A study counted sixty titles that did so in March, it said on Monday.",
                "Readers pay nine euros a month on average.",
                "Its authors expect the number to grow.",
            ),
            id="about paywalls",
        ),
        pytest.param(
            page("停火", "双方在伊斯坦布尔会谈。没有突破。峰会尚无计划。", lang="zh"), id="three sentences in Chinese"
        ),
        pytest.param(
            page("หยุดยิง", "คณะผู้แทนทั้งสองฝ่ายพบกันที่อิสตันบูล ยังไม่มีความคืบหน้าใดในการเจรจา การประชุมสุดยอดยังไม่มีกำหนด", lang="th"),
            id="three phrases in Thai, which has no full stop",
        ),
        pytest.param(
            page("အပစ်ရပ်", "နှစ်ဖက် တွေ့ဆုံသည်။ တိုးတက်မှု မရှိပါ။ ထိပ်သီး မရှိသေးပါ။", lang="my"), id="three sentences in Burmese"
        ),
    ],
)
def test_an_article_survives(html):
    """What is an article stays one: a short one, one with a prompt in it, one about error pages or cookies."""
    assert isinstance(clean_page(html), Page)


def test_a_check_for_robots_is_no_article():
    """A page that wants to know whether we are human says so in its detail."""
    answer = clean_page(page("Just a moment...", "Verify you are human by completing the action below."))
    assert answer == Unreadable(reason=UnreadableReason.NO_ARTICLE, detail="a check for robots")
