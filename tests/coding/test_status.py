"""Whether a coding is asserted, negated or proposed, by what stands around its words."""

import pytest

from pipeline.coding.context import status

# the words between the bars are those that the code rests on
NEGATED = """
No |subsidy| was offered to the tanneries.
There was no |carbon tax| in force before 2008.
The |regulation| was not a driver for any of the firms.
|Regulation| did not motivate the mills.
|Customer demand| was never a motive.
None of the firms had received a |grant|.
Neither |fines| nor taxes were levied.
The bonus was not the |incentive| it had been meant to be.
|Subsidies| were not available to small firms.
|Cost| was not a barrier to adoption.
|High investment cost| was not seen as an obstacle.
Firms did not receive any |tax relief|.
The country has no |emissions trading scheme|.
The province had never set a |target| for energy.
The |audit| is not mandatory.
No |permit| is required for plants of this size.
The plant was built without any |government support|.
There is no |eco-label| for such goods.
The |pilot project| never took place.
|Reputation| played no role in the decision.
|Lack of capital| was not a problem for the large groups.
|Environmental awareness| does not drive these owners.
The |tax| has not been introduced.
The ministry didn't fund |training|.
The |standards| aren't binding.
No |eco-industrial park| was named in the north.
|Financial incentives| were absent.
The |law| does not exist in the neighbouring state.
|Savings| were no motive for the distillery.
|Technology transfer| did not occur.
|Penalties| are never imposed on state firms.
There were no |inspections| in the second year.
No |public procurement| rule favours recycled paper.
The government has not signed the |protocol|.
|Low awareness| did not hinder the uptake.
It was not the |carbon price| that moved them.
The city has no |agency| for the task.
No bank gave |soft loans|.
|Peer pressure| was not found to matter.
|Voluntary agreements| had no effect on investment.
|Market demand| had no influence on the choice.
The firms were not subject to the |levy|.
""".strip().splitlines()

ASSERTED = """
Lack of |subsidies| held the firms back.
|Lack of regulation| is a barrier to recycling.
The absence of |incentives| discouraged investment.
|Insufficient training| was the chief obstacle.
|Regulation| was the main driver.
Not only |cost| but also image mattered.
The |tax| was not only raised but also extended.
The |levy| is no longer than a page and applies to all plants.
No doubt the |subsidy| helped.
The |carbon tax| came into force in 2008.
Firms that could not pay received |grants|.
The |audit| found what nobody had seen.
|Fines| doubled, which no one had expected.
Without delay the ministry issued the |permit|.
The mills moved because |regulation| left them no choice.
Not least the |award| drew the hotels in.
The |programme| ran for ten years and trained two thousand engineers.
Weak |enforcement| of the rules is a barrier.
""".strip().splitlines()

PROPOSED = """
The government should introduce a |carbon tax|.
A |subsidy| could help small firms.
We recommend |training| for auditors.
This paper examines whether |regulation| drives innovation.
The study aims to identify the |barriers| to adoption.
A |label| is proposed for recycled fibres.
It is suggested that |fines| be raised.
More |incentives| are needed.
Policy makers ought to set a |target|.
The city plans to open an |agency|.
We ask which |drivers| matter.
An |emissions trading scheme| would lower the cost.
""".strip().splitlines()


def read(case: str) -> tuple[str, tuple[int, int]]:
    before, words, after = case.split("|")
    return before + words + after, (len(before), len(before) + len(words))


@pytest.mark.parametrize("case", NEGATED)
def test_what_is_denied_is_negated(case: str) -> None:
    sentence, span = read(case)
    assert status(sentence, [span]) == "negated"


@pytest.mark.parametrize("case", ASSERTED)
def test_what_holds_is_asserted_though_something_is_lacking(case: str) -> None:
    sentence, span = read(case)
    assert status(sentence, [span]) == "asserted"


@pytest.mark.parametrize("case", PROPOSED)
def test_what_is_recommended_or_asked_is_proposed(case: str) -> None:
    sentence, span = read(case)
    assert status(sentence, [span]) == "proposed"


def test_there_are_enough_cases() -> None:
    assert len(NEGATED) + len(ASSERTED) + len(PROPOSED) >= 60


def test_one_denied_and_one_stated_make_no_negation() -> None:
    sentence = "No subsidy was given but a levy was raised."
    assert status(sentence, [(3, 10), (27, 31)]) == "asserted"


def test_words_nowhere_leave_the_sentence_to_its_cues() -> None:
    assert status("Nothing was decided.", []) == "asserted"
