"""Whole sentences and the position that who speaks in them takes: act or neutral cue, own or another's, active or not."""

from __future__ import annotations

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Unread
from extractors.speech.stances import Stance

# What a speaker says that another party does is no position of his: he asserts it.
SENTENCES = (
    # reject
    ("Maria Zakharova told Reuters that she rejects the plan.", Stance.REJECT),
    ("Peskov said Russia rejects the proposal.", Stance.REJECT),
    ("Zelensky said that Ukraine will never recognize the annexation of Crimea.", Stance.REJECT),
    ("“We will not accept any ultimatum,” Zelensky said.", Stance.REJECT),
    ("“I reject this proposal,” Kuleba said.", Stance.REJECT),
    ("Peskov reiterated his rejection of the plan for a ceasefire.", Stance.REJECT),
    ("“There can be no talk of a ceasefire,” Peskov said.", Stance.REJECT),
    ("Lavrov said that a ceasefire is out of the question.", Stance.REJECT),
    ("Lavrov said NATO membership for Ukraine was a red line.", Stance.REJECT),
    ("Kuleba said Ukraine had no intention of giving up land.", Stance.REJECT),
    ("Peskov said that European troops in Ukraine were unacceptable.", Stance.REJECT),
    ("Zelensky ruled out territorial concessions.", Stance.REJECT),
    ("Zelensky said he was not ready to give up Donbas.", Stance.REJECT),
    ("Zelensky refused to meet Putin.", Stance.REJECT),
    ("Peskov said there was no point in talks with Zelensky.", Stance.REJECT),
    ("Zelensky said he was not prepared to cede land.", Stance.REJECT),
    ("Peskov called the plan unacceptable.", Stance.REJECT),
    ("Peskov noted that the conditions for talks are not yet there.", Stance.CONDITION),
    ("Peskov said the preconditions for a meeting have not yet been met.", Stance.CONDITION),
    ("The White House backed off its demand that Russia declare a ceasefire.", Stance.NONE),
    ("John Hardie, an analyst, said the Kremlin wants the talks to go on.", Stance.ASSERT),
    ("Vance’s office declined to provide comment on the talks.", Stance.NONE),
    ("Analysts said the truce would not have been possible if Qatar had stayed away.", Stance.ASSERT),
    ("Trump offered a more optimistic take on the truce.", Stance.ASSERT),
    ("Macron promised steps to force Israel to stop the war.", Stance.THREATEN),
    ("Lavrov said the refusal to sign the truce came with a cost.", Stance.ASSERT),
    ("Peskov voiced the Kremlin’s refusal to sign the truce.", Stance.REJECT),
    ("Trump offered a truce of thirty days.", Stance.OFFER),
    ("Macron promised steps to revive the talks.", Stance.OFFER),
    ("Zelensky vowed never to recognize the annexation of Crimea.", Stance.REJECT),
    ("Araghchi said Iran would never give up its right to enrich uranium.", Stance.REJECT),
    ("Netanyahu said Israel would not agree to a deal that leaves Hamas in power.", Stance.REJECT),
    ("“We are not going to withdraw from our own territory,” Zelensky told journalists.", Stance.REJECT),
    ("Khamenei called the American proposal nonsense.", Stance.REJECT),
    ("Kellogg said NATO membership for Ukraine was not on the table.", Stance.REJECT),
    ("Orban vowed to veto any attempt to start accession talks with Ukraine.", Stance.REJECT),
    ("Hamas rejected the proposal, saying it failed to guarantee an end to the war.", Stance.REJECT),
    ("“Nobody will give Ukraine NATO membership,” Peskov said.", Stance.REJECT),
    ("Zakharova said Moscow did not see any point in such a summit.", Stance.REJECT),
    ("Ryabkov said Russia saw no reason to extend the truce.", Stance.REJECT),
    ("Sinwar told mediators that Hamas would not disarm.", Stance.REJECT),
    ("Zelensky ruled out any talks before a ceasefire.", Stance.REJECT),
    ("Hegseth said NATO membership for Ukraine was unrealistic.", Stance.REJECT),
    ("Tusk said Poland would not send troops to Ukraine.", Stance.REJECT),
    ("Baghaei said enrichment was non-negotiable.", Stance.REJECT),
    # what only sounds like a position, and what is one beside it
    ("The European Union announced new sanctions on Russia.", Stance.ASSERT),
    ("The European Union announced a ceasefire.", Stance.ACCEPT),
    ("The European Union extended its sanctions against Russia.", Stance.ASSERT),
    ("Netanyahu promised to sue the newspaper over the talks.", Stance.THREATEN),
    ("Novak said production would not keep pace with demand.", Stance.ASSERT),
    ("“We want to help the people of Gaza,” Macron said.", Stance.ASSERT),
    ("“We want to see a ceasefire,” Macron said.", Stance.DEMAND),
    ("Kallas said the bombs were ready to be detonated.", Stance.ASSERT),
    ("Putin said Moscow is ready to work with Kyiv on a memorandum.", Stance.OFFER),
    ("“Not a day goes by without them asking about the hostages,” Herzog said.", Stance.ASSERT),
    ("“Not a day will be given without guarantees,” Herzog said.", Stance.CONDITION),
    ("Lavrov said he had no intention to harm the talks.", Stance.ASSERT),
    ("Trump ordered “refugee” status for the farmers.", Stance.ASSERT),
    ("Netanyahu ordered the army to withdraw from Gaza.", Stance.DEMAND),
    ("Macron said the rules can only apply to members.", Stance.ASSERT),
    ("Peskov rejected claims that Russia had broken the truce.", Stance.DENY),
    # offer
    ("Putin told reporters he was ready to meet Zelensky.", Stance.OFFER),
    ("“We are ready to resume talks,” Lavrov said.", Stance.OFFER),
    ("Peskov added that Moscow remained open to talks.", Stance.OFFER),
    ("Zelensky said Ukraine is prepared to discuss a ceasefire.", Stance.OFFER),
    ("Zelensky said he was willing to meet Putin in Istanbul.", Stance.OFFER),
    ("Peskov did not rule out a meeting between Putin and Zelensky.", Stance.OFFER),
    ("Peskov said Russia does not rule out a meeting with Trump.", Stance.OFFER),
    ("Erdogan offered to host the talks.", Stance.OFFER),
    ("Erdogan said Turkey would be happy to host the talks.", Stance.OFFER),
    ("Kuleba floated a summit in February.", Stance.OFFER),
    ("Putin proposed direct talks in Istanbul on May 15.", Stance.OFFER),
    ("Zelensky said he proposed a ceasefire in the air and at sea.", Stance.OFFER),
    ("Peskov expressed Russia’s readiness to resume talks.", Stance.OFFER),
    ("Peskov refused to rule out a meeting.", Stance.OFFER),
    ("Peskov said Russia had never refused talks.", Stance.OFFER),
    ("Putin pledged to observe a truce.", Stance.OFFER),
    ("Ushakov said Putin was open to a meeting with Zelensky.", Stance.OFFER),
    ("Fidan said Turkey stood ready to host another round of talks.", Stance.OFFER),
    ("Putin suggested resuming direct talks in Istanbul on May 15 without preconditions.", Stance.OFFER),
    ("Starmer said Britain was prepared to put boots on the ground.", Stance.OFFER),
    ("Putin said he was not against a meeting with Zelensky.", Stance.OFFER),
    ("Zelensky offered to exchange all prisoners of war.", Stance.OFFER),
    ("Peskov confirmed Russia’s readiness for a second round.", Stance.OFFER),
    # accept
    ("Zelensky said he accepts the proposal for a ceasefire.", Stance.ACCEPT),
    ("“We agree with the proposals to stop hostilities,” Putin said.", Stance.ACCEPT),
    ("Peskov said Moscow welcomed the proposal.", Stance.ACCEPT),
    ("Peskov voiced support for the American plan.", Stance.ACCEPT),
    ("Zelensky said Ukraine supports the proposal.", Stance.ACCEPT),
    ("Yermak said Ukraine fully supports President Trump’s proposal for an unconditional ceasefire.", Stance.ACCEPT),
    ("Zelensky said Ukraine had agreed to the American proposal in March.", Stance.ACCEPT),
    ("Umerov said Kyiv had no objection to a summit in Geneva.", Stance.ACCEPT),
    ("Rutte welcomed the agreement on prisoners.", Stance.ACCEPT),
    ("Ushakov said Moscow had accepted the American invitation.", Stance.ACCEPT),
    # condition
    ("Putin said Russia would agree to a ceasefire only if Kyiv withdrew its troops.", Stance.CONDITION),
    ("Lavrov said there would be no talks unless Kyiv withdrew.", Stance.CONDITION),
    ("Zelensky said elections could be held only after a ceasefire.", Stance.CONDITION),
    ("Zelensky said a meeting with Putin would not take place before a ceasefire.", Stance.CONDITION),
    ("“We will not negotiate until the shelling stops,” Kuleba said.", Stance.CONDITION),
    ("Zelensky said he was ready to step down in exchange for NATO membership.", Stance.CONDITION),
    ("Peskov said Russia would be ready for talks provided that sanctions were lifted.", Stance.CONDITION),
    ("Lavrov said the main condition for a ceasefire was an end to arms deliveries.", Stance.CONDITION),
    ("Lavrov refused to negotiate unless Ukraine withdrew.", Stance.CONDITION),
    ("Kuleba said that without security guarantees there would be no ceasefire.", Stance.CONDITION),
    ("Putin said a ceasefire was possible as long as Ukraine did not use it to rearm.", Stance.CONDITION),
    ("Hamas said it was ready to release all hostages in exchange for an end to the war.", Stance.CONDITION),
    ("Lavrov stressed that any settlement must address the root causes of the conflict.", Stance.CONDITION),
    ("Araghchi said the talks would go nowhere as long as Washington insisted on zero enrichment.", Stance.CONDITION),
    ("Araghchi said Iran will only return to the table if sanctions are lifted.", Stance.CONDITION),
    ("Netanyahu told Fox News he would not stop the war before Hamas was destroyed.", Stance.CONDITION),
    # demand
    ("Zelensky said Russia must withdraw its troops.", Stance.DEMAND),
    ("Kuleba called on Russia to stop the shelling.", Stance.DEMAND),
    ("Kuleba called for an immediate ceasefire.", Stance.DEMAND),
    ("Zelensky insisted that Russia withdraw all its troops.", Stance.DEMAND),
    ("Lavrov asked Kyiv to withdraw its troops from Donbas.", Stance.DEMAND),
    ("“Ukraine needs to recognize the new realities,” Peskov said.", Stance.DEMAND),
    ("Macron said Russia should be held accountable and should stop the war.", Stance.DEMAND),
    ("Zelensky repeated his demand for a full withdrawal.", Stance.DEMAND),
    ("Trump warned Putin not to play games.", Stance.DEMAND),
    ("Witkoff told CNN that the United States wanted zero enrichment.", Stance.DEMAND),
    ("Sybiha urged Moscow to hand over its memorandum without delay.", Stance.DEMAND),
    ("Kallas said Russia must agree to an unconditional ceasefire.", Stance.DEMAND),
    ("Guterres appealed for an immediate truce in Gaza.", Stance.DEMAND),
    ("Zelensky said a ceasefire must come first.", Stance.DEMAND),
    ("Macron urged Putin to accept the truce.", Stance.DEMAND),
    # threaten
    ("Rubio said all options were on the table.", Stance.THREATEN),
    ("Medvedev said Russia would respond with nuclear weapons.", Stance.THREATEN),
    ("Putin said Russia will respond to any attack on Crimea.", Stance.THREATEN),
    ("“We will strike decision-making centers,” Putin said.", Stance.THREATEN),
    ("Trump threatened Russia with new sanctions.", Stance.THREATEN),
    ("Trump warned that Russia would face severe consequences.", Stance.THREATEN),
    ("Putin promised a crushing response.", Stance.THREATEN),
    ("Trump said he would impose sanctions on Russia if there was no ceasefire.", Stance.THREATEN),
    ("Peskov said Western troops would be legitimate targets.", Stance.THREATEN),
    ("Rubio warned that Washington would walk away if there was no progress within days.", Stance.THREATEN),
    ("“If there is no ceasefire, we will impose massive sanctions,” von der Leyen said.", Stance.THREATEN),
    ("Katz threatened to annex parts of Gaza unless Hamas freed the hostages.", Stance.THREATEN),
    ("Medvedev said Kyiv would regret its decision.", Stance.THREATEN),
    ("Shoigu said any foreign troops would be treated as enemies.", Stance.THREATEN),
    # deny
    ("Peskov denied that Russia had broken the ceasefire.", Stance.DENY),
    ("Peskov said that reports of talks were untrue.", Stance.DENY),
    ("“This is not true,” Peskov said.", Stance.DENY),
    ("Peskov dismissed reports of secret talks as fake.", Stance.DENY),
    ("Witkoff dismissed suggestions that the talks had collapsed.", Stance.DENY),
    ("Budanov denied that an exchange had been agreed.", Stance.DENY),
    # doubt
    ("Kuleba doubted that Russia would keep a ceasefire.", Stance.DOUBT),
    ("U.S. officials voiced skepticism about the talks.", Stance.DOUBT),
    ("Zelensky said he did not believe in Putin’s promises.", Stance.DOUBT),
    ("Peskov said it was unclear when talks would resume.", Stance.DOUBT),
    ("Peskov said it was too early to talk about a breakthrough.", Stance.DOUBT),
    ("Rubio said he saw no signs of a breakthrough.", Stance.DOUBT),
    ("Vance expressed doubt that Putin was serious about peace.", Stance.DOUBT),
    ("Peskov said it was premature to speak of a date.", Stance.DOUBT),
    ("Kallas questioned whether Moscow wanted peace.", Stance.DOUBT),
    # assert
    ("Peskov said Kyiv rejects the proposal.", Stance.ASSERT),
    ("Peskov said Ukraine had rejected a ceasefire.", Stance.ASSERT),
    ("Russia refused to negotiate, Kuleba said.", Stance.ASSERT),
    ("The proposal was rejected by Kyiv, Peskov said.", Stance.ASSERT),
    ("Lavrov said Ukraine was ready to make concessions.", Stance.ASSERT),
    ("Peskov said that Kyiv had agreed to the talks.", Stance.ASSERT),
    ("Peskov said Kyiv had set conditions for talks unless Russia withdrew.", Stance.ASSERT),
    ("Peskov said Zelensky demands security guarantees.", Stance.ASSERT),
    ("Zelensky said Russia will attack again in spring.", Stance.ASSERT),
    ("Trump said Ukraine was threatening nobody.", Stance.ASSERT),
    ("Lavrov said Kyiv denies the attack.", Stance.ASSERT),
    ("Peskov said the delegation had arrived in Istanbul.", Stance.ASSERT),
    ("Peskov called the talks constructive.", Stance.ASSERT),
    ("The judge ruled that the detention was lawful.", Stance.ASSERT),
    ("Lavrov accused Kyiv of rejecting a ceasefire.", Stance.ASSERT),
    ("Medinsky told reporters the Ukrainian side had asked for a meeting of the leaders.", Stance.ASSERT),
    ("Peskov noted that Kyiv still refuses to negotiate.", Stance.ASSERT),
    ("Trump said Putin was playing with fire.", Stance.ASSERT),
    ("Baghaei said Tehran had received no new proposal from Washington.", Stance.ASSERT),
    ("Merz said all restrictions on the range of weapons had been lifted.", Stance.ASSERT),
    ("Macron said sending European troops was not on the agenda.", Stance.ASSERT),
    ("Peskov insisted that the memorandum would be handed over in Istanbul.", Stance.ASSERT),
    ("Zelensky accused Russia of dragging out the talks.", Stance.ASSERT),
    ("Qatar’s prime minister said the gaps between the sides remained wide.", Stance.ASSERT),
    ("Zelensky said he would be waiting for Putin in Turkey.", Stance.ASSERT),
    ("Trump said he was losing patience with Putin.", Stance.ASSERT),
    ("Lavrov said Ukraine had agreed to neutrality in Istanbul in 2022.", Stance.ASSERT),
    ("Austin said the United States would continue to support Ukraine.", Stance.ASSERT),
    ("Trump said he might meet Putin in the coming weeks.", Stance.ASSERT),
    ("Lavrov said the West had rejected every Russian proposal.", Stance.ASSERT),
    ("Fidan said both sides had agreed in principle to meet again.", Stance.ASSERT),
    ("Zelensky said Russia was buying time.", Stance.ASSERT),
    ("Witkoff told reporters that a deal was close.", Stance.ASSERT),
    # none
    ("Peskov thanked Turkey for hosting the talks.", Stance.NONE),
    ("Peskov declined to comment on the talks.", Stance.NONE),
    ("Peskov asked whether Kyiv wanted talks.", Stance.NONE),
    ("Peskov did not deny that talks were under way.", Stance.NONE),
    ("Peskov declined to say who would lead the Russian delegation.", Stance.NONE),
)


@pytest.fixture(scope="module")
def stances():
    """Return the stances of each sentence's statements, by the sentence."""
    articles = [
        Unread(article_id=str(n), title=None, text=f"{said}\n\nIt rained.\n", published_at=None, language="en")
        for n, (said, _) in enumerate(SENTENCES)
    ]
    readings = Reader(load_watchlist()).read_all(articles)
    return {
        said: [each.stance for each in reading.statements]
        for (said, _), reading in zip(SENTENCES, readings, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize(("sentence", "stance"), [pytest.param(*row, id=row[0]) for row in SENTENCES])
def test_who_speaks_takes_the_position(stances, sentence, stance):
    """The first statement of the sentence takes this stance; what was not said at all makes none."""
    assert (stances[sentence] or [Stance.NONE])[0] == stance


@pytest.mark.slow
def test_what_is_awaited_is_no_offer():
    """Who had been expected to offer something has not offered it."""
    text = "Macron had been expected to offer Putin a truce in an attempt to mend ties."
    article = Unread(article_id="awaited", title=None, text=text, published_at=None, language="en")
    assert [each.stance for each in Reader(load_watchlist()).read(article).statements] == [Stance.NONE]
