"""Negated codings as a user meets them: sentences through the whole coding, denied and only seemingly denied."""

import pytest

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.coding.labels import Label, lay_out
from pipeline.records import Coding

BOOK = load_codebook()

# a code and a sentence in which it is denied; `any` stands for any code of the family
NEGATED = """
instrument subsidy_finance | No subsidy exists for small dye works.
instrument tax_charge | There is no carbon tax in the province.
instrument tax_charge | Neither a carbon tax nor a permit system had been introduced by 2005.
instrument tax_charge | The country has neither carbon taxes nor tradable permits.
instrument regulation | None of the regulations was applied to the small mills.
instrument subsidy_finance | The tanneries invested without any government subsidy.
instrument subsidy_finance | The plants were retrofitted without a grant from the state.
instrument regulation | Environmental regulation did not motivate the owners to act.
instrument regulation | Environmental regulation was not a driver of cleaner production in the sector.
instrument tax_charge | The landfill tax played no role in the decision of the firms.
instrument tax_charge | The energy tax failed to act as an incentive for efficiency.
instrument emissions_trading | An emissions trading scheme is absent in all four countries.
instrument subsidy_finance | Hardly any subsidies reached the small enterprises.
instrument emissions_trading | The region never had an emissions trading scheme.
instrument regulation | The emission standards were never enforced.
instrument regulation | The ban on landfilling has not yet entered into force.
instrument audit_assessment | Energy audits are not mandatory for small firms.
instrument label_disclosure | The eco-label didn't influence the choice of the hotels.
instrument tax_charge | The pollution charge doesn't apply to state-owned plants.
instrument subsidy_finance | Tax relief was not available to the cooperatives.
instrument voluntary_programme | The voluntary agreement had no effect on the energy use of the mills.
instrument regulation | The law does not require an audit of small plants.
instrument target_strategy | The government has failed to set a binding renewable energy target.
instrument target_strategy | The ministry refused to adopt a national climate plan.
instrument information_training | Training courses were not offered to the operators.
instrument institution | No national cleaner production centre has been established.
instrument demonstration | No demonstration project was carried out in the textile sector.
instrument emissions_trading | The carbon market hardly affected the investment of the utilities.
instrument tax_charge | Carbon taxes are non-existent in the region.
instrument regulation | Mandatory standards are still missing.
instrument subsidy_finance | Firms have not received any financial support from the government.
instrument subsidy_finance | Not a single firm had applied for the soft loan.
instrument regulation | Nothing in the law obliges the owners to report.
instrument label_disclosure | Nobody had heard of the eco-label.
instrument tax_charge | We find no evidence that the carbon tax reduced emissions.
instrument emissions_trading | There is little evidence that the EU ETS spurred innovation.
instrument regulation | The permit system cannot be said to have changed behaviour.
instrument regulation | The regulation has not been able to reduce the discharge.
instrument voluntary_programme | ISO 14001 was not promoted by the government.
instrument target_strategy | No quantified emission reduction target was adopted.
instrument regulation | It was not the environmental regulation that moved the mills.
instrument public_investment | Green public procurement is not practised by the municipalities.
instrument international | The country did not ratify the Kyoto Protocol.
instrument international | The Montreal Protocol was not implemented in the sector.
instrument tax_charge | The effluent charge was in no way a motive for the firms.
instrument subsidy_finance | Subsidies, however, were not granted to foundries.
instrument subsidy_finance | Although demand grew, no subsidies were paid.
instrument label_disclosure | Disclosure rules are by no means in place.
instrument regulation | Environmental regulation had little effect on the choice of process.
instrument regulation | The environmental law is yet to be adopted.
instrument label_disclosure | Eco-labels seem not to sway the buyers.
instrument subsidy_finance | Government subsidies ceased to exist in 2003.
instrument emissions_trading | Emissions trading is not among the drivers of innovation.
motivator cost_saving | Cost savings were found not to be a driver of adoption.
motivator regulatory_pressure | Regulatory pressure was not a driver of adoption in the surveyed firms.
motivator cost_saving | Cost savings were not a motive for the managers.
motivator cost_saving | Cost savings did not motivate the managers.
motivator market_demand | Customer demand played no role as a driver.
motivator market_demand | Customer pressure was hardly a driver.
motivator competitive_advantage | Competitive advantage was never mentioned as a driver.
motivator stakeholder_pressure | Pressure from local communities was not a driver.
motivator reputation | Corporate image was not found to be a driver.
motivator management_commitment | Top management commitment was not a significant driver.
motivator financial_incentive | Financial incentives did not drive the adoption of cleaner production.
motivator any | No driver for cleaner production could be identified.
motivator regulatory_pressure | Firms were not driven by regulatory pressure.
motivator cost_saving | Neither cost savings nor image motivated the firms.
motivator competitive_advantage | The firms were not motivated by competitive advantage.
deterrent cost | High investment cost was not a barrier to adoption.
deterrent cost | High costs did not hinder the uptake of cleaner technologies.
deterrent finance_access | Lack of capital was not a problem for the large groups.
deterrent information_skills | Lack of information was never a barrier for the firms.
deterrent information_skills | Lack of knowledge did not prevent the firms from investing.
deterrent any | No barriers to implementation were reported.
deterrent any | The firms did not face any barriers.
deterrent technology | Technical barriers were not found in the plants.
deterrent weak_regulation | Weak enforcement was not an obstacle in this province.
deterrent management_culture | Resistance to change was not a barrier among the staff.
deterrent infrastructure | Lack of infrastructure was not considered a barrier.
""".strip().splitlines()

# a code and a sentence with a negation, or what looks like one, that does not deny it
NEAR_MISSES = """
instrument tax_charge | Not only the carbon tax but also the ban changed behaviour.
instrument regulation | The regulation was not only strict but also enforced.
instrument tax_charge | There is no doubt that the carbon tax reduced emissions.
instrument tax_charge | Not until the carbon tax came did the mills invest.
instrument tax_charge | The mills did not invest until the carbon tax came into force.
instrument subsidy_finance | The retrofit would not have happened without the subsidy.
instrument subsidy_finance | Without government subsidies the plants would not have been built.
instrument subsidy_finance | The firms had no capital, and subsidies were granted by the state.
instrument regulation | Cost was not a barrier, and environmental regulation was the main driver.
instrument regulation | Firms did not act voluntarily because environmental regulation was strict.
instrument tax_charge | Although the firms did not welcome it, the carbon tax was introduced.
instrument subsidy_finance | Firms that could not pay for audits received government subsidies.
instrument tax_charge | The carbon tax was introduced, which the firms had not expected.
instrument regulation | Dumping of waste is no longer allowed under the new environmental law.
instrument regulation | The law applies to all plants no later than 2010.
instrument emissions_trading | The emissions trading scheme covers no fewer than 2000 plants.
instrument tax_charge | The effect of the carbon tax cannot be denied.
instrument tax_charge | The role of the landfill tax must not be ignored.
instrument subsidy_finance | The subsidy was not insignificant.
instrument subsidy_finance | There is no shortage of subsidies for solar power.
instrument regulation | The ban took effect in 2004, but not all plants were ready.
instrument target_strategy | A binding target was set; no penalties follow from it.
instrument tax_charge | The carbon tax never failed to raise revenue.
instrument emissions_trading | The ETS caused no small change in the power sector.
instrument information_training | The training programme reached firms that were not members.
instrument regulation | Environmental regulation, not cost, was the main driver.
motivator regulatory_pressure | Regulatory pressure was the main driver, not image.
motivator cost_saving | Not only cost savings but also image drove the firms.
motivator market_demand | No doubt customer demand was the main driver.
motivator cost_saving | Firms that did not export were driven by cost savings.
deterrent weak_incentives | Lack of subsidies is the main barrier.
deterrent weak_incentives | The absence of incentives discouraged investment in cleaner production.
deterrent finance_access | Lack of capital was not the only barrier.
deterrent information_skills | Lack of information is a barrier that has not been overcome.
deterrent cost | High cost was a barrier even where regulation was not strict.
deterrent weak_regulation | Regulation is not enforced, which is a barrier to recycling.
deterrent any | The barriers are not merely technical.
deterrent management_culture | Lack of commitment hindered adoption although capital was not scarce.
""".strip().splitlines()


def codings(case: str) -> list[Coding]:
    """The codings that the case is about, in the sentence between two plain ones."""
    wanted, sentence = case.split(" | ")
    family, code = wanted.split()
    texts = ("We studied firms in three provinces.", sentence, "The next section describes the sample.")
    labels = [
        Label("paper", "Cleaner production and energy policy", at, t, "", "", {}, {}) for at, t in enumerate(texts)
    ]
    found = code_document(*lay_out(labels), BOOK).codings
    return [c for c in found if c.family == family and code in (c.code, "any") and c.quote == sentence]


@pytest.mark.parametrize("case", NEGATED)
def test_what_is_denied_is_negated(case: str) -> None:
    assert {c.status for c in codings(case)} == {"negated"}


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_only_looks_denied_is_not_negated(case: str) -> None:
    found = codings(case)
    assert found
    assert "negated" not in {c.status for c in found}


def test_there_are_enough_cases() -> None:
    assert len(NEGATED) >= 60
    assert len(NEAR_MISSES) >= 30
