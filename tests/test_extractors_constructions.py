"""Constructions that a small parser reads badly, read with the language model: who says what all the same."""

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Unread

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def read():
    """Return what reads the speaker, cue and words of each statement of a text."""
    reader = Reader(load_watchlist())

    def rows(text):
        article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
        return [(found.speaker, found.cue, found.text) for found in reader.read(article).statements]

    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "According to the Ukrainian foreign minister, Russia, despite its losses, wants more land.",
            ("Ukrainian foreign minister", "According to", "Russia, despite its losses, wants more land"),
            id="a subject that the parser takes for the source's name",
        ),
        pytest.param(
            "According to Hamas, Israel, in breach of the deal, bombed Rafah.",
            ("Hamas", "According to", "Israel, in breach of the deal, bombed Rafah"),
            id="a subject that the parser takes for another name of the source",
        ),
        pytest.param(
            "According to a spokesman, Dmitry Peskov, the talks will go on.",
            ("Dmitry Peskov", "According to", "the talks will go on"),
            id="a source's name that the parser takes for a subject",
        ),
        pytest.param(
            "It was Fidan, not Erdogan, who said the straits would stay closed to warships.",
            ("Hakan Fidan", "said", "the straits would stay closed to warships"),
            id="another is named as the one who did not",
        ),
        pytest.param(
            "According to TASS, quoting the defence ministry, Kyiv lost forty drones.",
            ("TASS", "According to", "Kyiv lost forty drones"),
            id="whom a source quotes in its turn",
        ),
        pytest.param(
            "Reuters, citing three sources, reported that Iran had agreed to talks.",
            ("Reuters", "reported", "Iran had agreed to talks"),
            id="whom an agency cites before its own report",
        ),
        pytest.param(
            "Hungary, Orban said on Friday, would not send a single soldier.",
            ("Viktor Orbán", "said", "Hungary, Orban said on Friday, would not send a single soldier"),
            id="a country between whose name and verb somebody says it",
        ),
        pytest.param(
            "Ukraine, a senior NATO official said on Thursday, may join by spring.",
            ("senior NATO official", "said", "Ukraine, a senior NATO official said on Thursday, may join by spring"),
            id="who says it, taken for another name of the country",
        ),
        pytest.param(
            "Ukraine, a close NATO ally, said it would join the talks.",
            ("Ukraine", "said", "it would join the talks"),
            id="another name of the country, between commas",
        ),
        pytest.param(
            "Merz spoke on Friday. Germany, he went on, had chosen peace.",
            ("Friedrich Merz", "went", "Germany, he went on, had chosen peace"),
            id="somebody goes on between commas",
        ),
        pytest.param(
            "Merz spoke on Friday. The work, the chancellor continued, was hard.",
            ("Friedrich Merz", "continued", "The work, the chancellor continued, was hard"),
            id="somebody continues between commas",
        ),
        pytest.param(
            'Peskov told reporters only that contacts "continue, and continue intensively".',
            ("Dmitry Peskov", "told", 'contacts "continue, and continue intensively"'),
            id="a word between the hearers and that",
        ),
        pytest.param(
            "The talks are over, according to a letter from the ministry.",
            ("ministry", "according to", "The talks are over"),
            id="a body whose letter it is",
        ),
        pytest.param(
            "One of the officials, an Egyptian, said that Hamas had asked for machinery.",
            ("One of the officials, an Egyptian", "said", "Hamas had asked for machinery"),
            id="one of several",
        ),
        pytest.param(
            "Putin, in a rare interview, dismissed as “nonsense” the claim that Russia planned to attack NATO.",
            ("Vladimir Putin", "dismissed", "the claim that Russia planned to attack NATO"),
            id="what is called something before it is named",
        ),
        pytest.param(
            "Rutte said membership was “off the table for now”, remarks that drew a sharp rebuke from Kyiv.",
            ("Mark Rutte", "said", "membership was “off the table for now”"),
            id="what the writer calls the words",
        ),
        pytest.param(
            "A joint statement by the leaders of Germany, France and Britain said that borders must not change.",
            ("leaders of Germany, France and Britain", "said", "borders must not change"),
            id="several whose statement it is",
        ),
        pytest.param(
            "Despite what Trump says, Russia does not want peace, argued Kallas.",
            ("Kaja Kallas", "argued", "Russia does not want peace"),
            id="what another says of it in passing",
        ),
        pytest.param(
            "According to the readout, Xi told Putin that China would stay neutral in the war.",
            ("Xi Jinping", "told", "China would stay neutral in the war"),
            id="a record of what somebody said",
        ),
        pytest.param(
            "Lavrov accused Iran on Tuesday of stalling at the talks.",
            ("Sergei Lavrov", "accused", "Iran on Tuesday of stalling at the talks"),
            id="a day within what somebody is accused of",
        ),
        pytest.param(
            "Trump posted on Truth Social that Putin “is playing with fire.”",
            ("Donald Trump", "posted", "Putin “is playing with fire.”"),
            id="that after the place of a post",
        ),
        pytest.param(
            "Medvedev posted on Telegram that Macron “dreams of a war he cannot fight.”",
            ("Dmitry Medvedev", "posted", "Macron “dreams of a war he cannot fight.”"),
            id="that before words of which only the verb is quoted",
        ),
        pytest.param(
            "Putin will demand Crimea, according to Bloomberg.",
            ("Bloomberg", "according to", "Putin will demand Crimea"),
            id="what a source says that another will demand",
        ),
        pytest.param(
            "Peskov told RIA that Kyiv had asked for talks, a claim Ukraine rejected.",
            ("Dmitry Peskov", "told", "Kyiv had asked for talks"),
            id="that another rejects the claim",
        ),
        pytest.param(
            "Rubio told CBS that Iran would stop enrichment, an assertion that Tehran has denied.",
            ("Marco Rubio", "told", "Iran would stop enrichment"),
            id="that another denies the assertion",
        ),
        pytest.param(
            "Trump said, without evidence, that Kyiv had started the war.",
            ("Donald Trump", "said", "Kyiv had started the war"),
            id="an aside of the writer before that",
        ),
        pytest.param(
            "As reported by Ukrinform, Zelensky stressed in his address that sanctions must not be delayed.",
            ("Volodymyr Zelenskyy", "stressed", "sanctions must not be delayed"),
            id="an agency that reports what another stressed",
        ),
        pytest.param(
            "Hamas handed over three hostages, mediators and two diplomats said.",
            ("mediators and two diplomats", "said", "Hamas handed over three hostages"),
            id="a list that the parser hangs on the one before the comma",
        ),
        pytest.param(
            "The Kremlin has offered to open a corridor, aides and advisers to the president say, as fighting goes on.",
            ("aides and advisers to the president", "say", "The Kremlin has offered to open a corridor"),
            id="a list with a phrase of its own, and a clause of the reporter's",
        ),
        pytest.param(
            "Iran’s minister will fly to Muscat, Omani and Iranian officials said.",
            ("officials", "said", "Iran’s minister will fly to Muscat"),
            id="a list of adjectives after a place",
        ),
        pytest.param(
            "The truce collapsed within hours, eyewitnesses, medics and the United Nations said.",
            ("eyewitnesses, medics and the United Nations", "said", "The truce collapsed within hours"),
            id="a list of three",
        ),
        pytest.param(
            "The envoy has left Doha, an official who spoke on condition of anonymity said.",
            ("official", "said", "The envoy has left Doha"),
            id="someone who did something before he said so",
        ),
        pytest.param(
            "Witkoff will travel to Moscow, a person briefed on the plans said.",
            ("person briefed on the plans", "said", "Witkoff will travel to Moscow"),
            id="words that stand alone, and their source behind a comma",
        ),
        pytest.param(
            "Zelensky met ministers, generals and advisers and said talks would go on.",
            ("Volodymyr Zelenskyy", "said", "talks would go on"),
            id="a list of those who were met",
        ),
        pytest.param(
            "Peskov: ‘We Are Ready To Talk Now’", ("Dmitry Peskov", ":", "We Are Ready To Talk Now"), id="colon"
        ),
        pytest.param(
            "Fidan called for Russia to accept a ceasefire.",
            ("Hakan Fidan", "called", "Russia to accept a ceasefire"),
            id="called for someone to do it",
        ),
        pytest.param(
            "Kuleba resisted: “Kyiv does not have the power to suspend the law.”",
            ("Dmytro Kuleba", "resisted", "Kyiv does not have the power to suspend the law"),
            id="a verb no list has, and a colon",
        ),
        pytest.param(
            "“The reality is that the talks have failed,“ said Jim Clyburn, a congressman.",
            ("Jim Clyburn", "said", "The reality is that the talks have failed"),
            id="an opening mark for a closing one",
        ),
        pytest.param(
            "“Send the draft to us today,” the email read.",
            (None, "read", "Send the draft to us today"),
            id="a verb that looks like a noun",
        ),
        pytest.param(
            "“Why did the talks end?” Trump went on, as if he had not heard.",
            ("Donald Trump", "went", "Why did the talks end?"),
            id="went on, after a question",
        ),
        pytest.param(
            "In a call, Col. Steven Warren, a spokesman in Baghdad, said, “A raid is a combat operation.”",
            ("Steven Warren", "said", "A raid is a combat operation"),
            id="a name far before its verb",
        ),
        pytest.param(
            "Said Dorothy Poynter, who grew up with him, “We were all so proud of him.”",
            ("Dorothy Poynter", "Said", "We were all so proud of him"),
            id="a cue that opens its sentence",
        ),
        pytest.param(
            "“Brexit means Brexit, and we will make it a success,” May said.",
            ("May", "said", "Brexit means Brexit, and we will make it a success"),
            id="a name that looks like a modal verb",
        ),
        pytest.param(
            "But Sen. Richard J. Durbin (D-Ill.), noting the size of Sanders’s following, said, “Let me tell you, he has got a list.”",
            ("Richard J. Durbin", "said", "Let me tell you, he has got a list"),
            id="an aside between name and cue",
        ),
        pytest.param(
            "Blumenthal was asked, “Did you know of the talks?” He answered, “I have no idea about them.”",
            ("Blumenthal", "answered", "I have no idea about them"),
            id="question and answer",
        ),
        pytest.param(
            "Neither man was impressed by her - “Born with a silver spoon in her mouth,” Mr. Elkins said - but they stayed.",
            ("Mr. Elkins", "said", "Born with a silver spoon in her mouth"),
            id="a quotation between dashes",
        ),
        pytest.param(
            "As Trump attacked Clinton, the attendees chanted, “Lock her up!” as they had for previous speakers.",
            ("attendees", "chanted", "Lock her up!"),
            id="the writer goes on after a quotation",
        ),
        pytest.param(
            "“Today, the kingdom is one of the leading nations,” the Saudis state in the white paper.",
            ("Saudis", "state", "Today, the kingdom is one of the leading nations"),
            id="a verb that looks like a noun, with more after it",
        ),
        pytest.param(
            "“The whole idea is something that we hear about all the time.”\n\n— Michelle Marks, Philadelphia.",
            ("Michelle Marks", "—", "The whole idea is something that we hear about all the time"),
            id="a signature on the line below",
        ),
        pytest.param(
            "The paper made these claims against the union in February, and Breitbart News responded:\n\n"
            "“If there are people in this country who are prone to attacks, keep them away.”",
            (
                "Breitbart News",
                None,
                "If there are people in this country who are prone to attacks, keep them away",
            ),
            id="a second clause announces the paragraph below",
        ),
        pytest.param(
            "And Trump, said Sunshine, who knows him well, doesn’t forgive or forget.",
            ("Sunshine", "said", "And Trump, said Sunshine, who knows him well, doesn’t forgive or forget"),
            id="a cue between subject and verb",
        ),
        pytest.param(
            "Sexton was quick to point out that not all voters espoused such views.",
            ("Sexton", "point", "not all voters espoused such views"),
            id="quick to point out",
        ),
        pytest.param(
            "The Kremlin has insisted all along it won’t hold negotiations with Kyiv.",
            ("Kremlin", "insisted", "it won’t hold negotiations with Kyiv"),
            id="a subject gone astray",
        ),
        pytest.param(
            "The Kremlin has issued a flurry of statements that suggest that Russia is ready to talk.",
            ("Kremlin", "suggest", "Russia is ready to talk"),
            id="who issued the statements speaks through them",
        ),
    ],
)
def test_a_hard_construction_is_read(read, text, expected):
    """The speaker, the cue and the words are those a person finds."""
    assert expected in read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Zelensky aides: “We will respond to this attack.”",
            [("Volodymyr Zelenskyy", "aides", "We will respond to this attack")],
            id="a colon",
        ),
        pytest.param("Zelensky aides, “We will respond to this attack.”", [], id="a comma"),
    ],
)
def test_people_of_somebody_speak_before_a_colon(read, text, expected):
    """A noun of several people with a colon brings in what they say; with a comma it does not."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("paragraph", "speaker"),
    [
        pytest.param("Trump said he was unhappy. “I am,” the president told reporters.", "Donald Trump", id="he spoke"),
        pytest.param("Macron called for calm. “All of us,” the president said.", "Emmanuel Macron", id="he acted"),
        pytest.param("Zelensky thanked Macron. “We need you,” the president said.", "Volodymyr Zelenskyy", id="named"),
        pytest.param("Peskov spoke of it. “We need you,” the president said.", "Volodymyr Zelenskyy", id="no other"),
        pytest.param(
            "Macron and Trump met. “We need you,” the president said.", "Volodymyr Zelenskyy", id="two others"
        ),
    ],
)
def test_a_president_is_the_one_the_paragraph_is_about(read, paragraph, speaker):
    """Whom an article has called so is meant, but where another who holds such an office acts in the paragraph."""
    text = f"Ukrainian President Volodymyr Zelensky met Meloni in Rome.\n\n{paragraph}"
    assert read(text)[-1][0] == speaker


def test_who_promises_beside_his_quotation_is_no_part_of_it(read):
    """A participle that hangs on a quotation's clause is of who says it, not of a subject within the quotation."""
    text = "Lavrov said, “It is time,” promising the army will return. Fidan said, “We are ready,” adding he would fly."
    assert [(row[0], row[1]) for row in read(text)] == [
        ("Sergei Lavrov", "said"),
        ("Sergei Lavrov", "promising"),
        ("Hakan Fidan", "said"),
        ("Hakan Fidan", "adding"),
    ]


def test_who_said_it_warns_of_it_too(read):
    """What is added after a source at the sentence's end is his, not his words' subject's."""
    text = "Egypt and Qatar press Hamas to hand them over, three officials said, warning that the truce could collapse."
    assert [(speaker, words) for speaker, _, words in read(text)] == [
        ("three officials", "Egypt and Qatar press Hamas to hand them over"),
        ("three officials", "the truce could collapse"),
    ]


def test_what_is_added_with_before_is_a_quotation_of_its_own(read):
    """The writer's words between two quotations of one speaker are in neither."""
    said = read("“We are not at war with Venezuela,” Hegseth said, before adding: “Not yet, at least.”")
    assert [words for _, _, words in said] == ["We are not at war with Venezuela", "Not yet, at least"]


def test_who_says_he_is_a_person_though_no_list_has_him(read):
    """A name that nothing tells from a body's is whoever the "he" in his own words shows to be a person."""
    said = read("Maduro said he was willing to talk to Trump at once. “Whoever wants to talk will talk,” he added.")
    assert [speaker for speaker, _, _ in said] == ["Maduro", "Maduro"]


def test_with_somebody_saying_is_his_own_report(read):
    """Another's words that hang on a report by "with" are that other's."""
    assert read("The Kremlin denied that it had rejected the plan, with Peskov calling such reports “a fantasy”.") == [
        ("Kremlin", "denied", "it had rejected the plan"),
        ("Dmitry Peskov", "calling", "such reports “a fantasy”"),
    ]


def test_a_son_is_not_the_woman_who_speaks(read):
    """Whose son somebody is does not make the son the "she" of the next sentence."""
    text = (
        "Einav Zangauker, whose son Matan was freed, urged the government to act. “My son came home at last,” she said."
    )
    assert [speaker for speaker, _, _ in read(text)][1:] != ["whose son Matan"]
    assert all("whose" not in (speaker or "") for speaker, _, _ in read(text))


def test_a_report_that_declines_is_its_own(read):
    """Who acknowledges one thing but declines another makes two reports."""
    text = "Peskov acknowledged that the delegation had left Istanbul but declined to provide a list of names."
    assert [(cue, said) for _, cue, said in read(text)] == [
        ("acknowledged", "the delegation had left Istanbul"),
        ("declined", "to provide a list of names"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Russia felt betrayed when later informed that they were not binding.", id="who was informed"),
        pytest.param("“We are ready,” Sanders said, according to CNN. “It is time.”", id="an outlet that hands on"),
    ],
)
def test_nobody_else_is_given_the_words(read, text):
    """The hearer, and the outlet that quotes a quotation, are no speakers."""
    assert {speaker for speaker, _, _ in read(text)} <= {"Sanders"}


def test_what_was_asked_is_no_part_of_the_answer(read):
    """A clause after the cue that says what was asked is not said, and the quotation goes on after it."""
    text = "“It has been long,” Peskov said, when asked whether he would go. “Why should I be surprised?”"
    assert read(text) == [("Dmitry Peskov", "said", text[1:-1].replace("“It", "It").removesuffix("”"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Peskov says that the truce holds, but conceded that the draft had gaps.",
            [("Dmitry Peskov", "says", "the truce holds"), ("Dmitry Peskov", "conceded", "the draft had gaps")],
            id="a joined report in another tense",
        ),
        pytest.param(
            "The envoy continues to insist that the truce holds and refuses to answer questions about the border.",
            [
                ("envoy", "insist", "the truce holds"),
                ("envoy", "refuses", "to answer questions about the border"),
            ],
            id="a report joined to the verb above its cue",
        ),
        pytest.param(
            "Kuleba said Kyiv would send a team but did not suggest that it would travel soon.",
            [
                ("Dmytro Kuleba", "said", "Kyiv would send a team"),
                ("Dmytro Kuleba", "suggest", "it would travel soon"),
            ],
            id="a joined report that is denied",
        ),
        pytest.param(
            "Lavrov announced a kind of truce with reporters, telling them that the ministry had moved.",
            [
                ("Sergei Lavrov", "announced", "a kind of truce with reporters"),
                ("Sergei Lavrov", "telling", "the ministry had moved"),
            ],
            id="a clause belongs to the nearer cue",
        ),
        pytest.param(
            "But the publisher declined to print the memoir, according to an editor familiar with the talks.",
            [
                (
                    "editor familiar with the talks",
                    "according to",
                    "But the publisher declined to print the memoir",
                )
            ],
            id="a source vouches for an act",
        ),
        pytest.param(
            "Grain exports fell by half in May, the worst month since the war began, according to the ministry.",
            [
                (
                    "ministry",
                    "according to",
                    "Grain exports fell by half in May, the worst month since the war began",
                )
            ],
            id="a source vouches for an aside",
        ),
        pytest.param(
            "Medinsky said the draft was nearly ready, according to Interfax.",
            [("Vladimir Medinsky", "said", "the draft was nearly ready")],
            id="the words end before the outlet that hands them on",
        ),
        pytest.param(
            "One envoy, who like others spoke on condition of anonymity to discuss a private meeting, said the message"
            " was clear.",
            [("One envoy", "said", "the message was clear")],
            id="a subject far before its verb",
        ),
        pytest.param(
            "The mood was sour: Podolyak called the plan “dead.”",
            [("Mykhailo Podolyak", "called", "the plan “dead.”")],
            id="what a thing is called, and nothing before the colon",
        ),
        pytest.param(
            "Outside the embassy, a crowd carried signs calling Lavrov “a liar and a thief.”",
            [("signs", "calling", "Lavrov “a liar and a thief.”")],
            id="a speaker's phrase ends before the cue",
        ),
        pytest.param(
            "As reported by Interfax, the delegation left Istanbul before noon.",
            [("Interfax", "reported", "the delegation left Istanbul before noon")],
            id="who reports in the passive",
        ),
        pytest.param(
            "“Most of the work is done by the deputies,” Umerov, 41, told The Kyiv Post.",
            [("Rustem Umerov", "told", "Most of the work is done by the deputies")],
            id="who is told says nothing",
        ),
        pytest.param(
            "Umerov said that the delegation was not changing its stance, noting that its mandate came from parliament.",
            [
                ("Rustem Umerov", "said", "the delegation was not changing its stance"),
                ("Rustem Umerov", "noting", "its mandate came from parliament"),
            ],
            id="a participle beside a reported clause is the reporter's",
        ),
        pytest.param(
            "The port is open again, but traffic is thin, said the company's chief executive, Olena Bondar.",
            [("Olena Bondar", "said", "The port is open again, but traffic is thin")],
            id="a possessive in the name after its verb",
        ),
        pytest.param(
            "The truce will end this week, the ministry reported on Tuesday -- a step that surprised its allies.",
            [("ministry", "reported", "The truce will end this week")],
            id="after a parenthetical cue a dash opens the writer's aside",
        ),
        pytest.param(
            "Peskov: No talks planned before ‘goals are reached’",
            [("Dmitry Peskov", ":", "No talks planned before ‘goals are reached’")],
            id="a line with a name and a colon at its head",
        ),
        pytest.param("Analysis: No talks are planned before June", [], id="a heading that is nobody's name"),
        pytest.param(
            "Kuleba has since apologized for what happened: “It was my mistake, and I am sorry about it.”",
            [("Dmytro Kuleba", "apologized", "It was my mistake, and I am sorry about it")],
            id="what happened says nothing",
        ),
    ],
)
def test_each_report_has_its_speaker_and_extent(read, text, expected):
    """Every statement of a sentence is found, with who says it and no more than its words."""
    assert read(text) == expected


def test_a_transcript_gives_each_turn_to_its_speaker(read):
    """In a transcript each line is said, in all its sentences, by whoever it begins with, in capitals too."""
    text = (
        '"LAVROV: We are ready to meet. It depends on Kyiv.\n\n"And they know that.\n\n"(CROSSTALK.)\n\n'
        '"RUBIO: We hope to meet in Istanbul next week.\n\n"LAVROV: It depends on others, as I said."'
    )
    assert read(text) == [
        ("Sergei Lavrov", ":", 'We are ready to meet. It depends on Kyiv.\n\n"And they know that'),
        ("Marco Rubio", ":", "We hope to meet in Istanbul next week"),
        ("Sergei Lavrov", ":", "It depends on others, as I said"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Peskov said a truce was near, although Kyiv had not agreed.", "a truce was near", id="although"),
        pytest.param("Peskov said a truce was near, even though fights went on.", "a truce was near", id="even though"),
        pytest.param(
            "Peskov said a truce was near, but it remains unclear when it begins.", "a truce was near", id="unclear"
        ),
        pytest.param(
            "Peskov said a truce was near, but it was not immediately clear when.", "a truce was near", id="not clear"
        ),
        pytest.param(
            "Peskov said a truce was near, but it would not last.",
            "a truce was near, but it would not last",
            id="his but",
        ),
        pytest.param(
            "Peskov said it was clear that a truce was near.", "it was clear that a truce was near", id="clear to him"
        ),
        pytest.param(
            "Peskov said Kyiv, though weak, wanted no truce.", "Kyiv, though weak, wanted no truce", id="though inside"
        ),
    ],
)
def test_what_the_writer_adds_is_not_said(read, text, words):
    """A comment that ends the sentence is the reporter’s; a "but" of the speaker’s own is said."""
    assert read(text) == [("Dmitry Peskov", "said", words)]
