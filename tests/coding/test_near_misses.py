"""Words that look like a code and are none, beside those that are: by the terms, and by the whole coding."""

import pytest

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.coding.labels import Label, lay_out
from pipeline.coding.matching import matcher

BOOK = load_codebook()

# (code, a sentence that names it, a sentence that does not)
PAIRS = [
    ("tax_charge", "A carbon tax was levied on coal.", "The taxonomy of flows has three taxa."),
    ("label_disclosure", "Products carry an eco-label.", "The labelled data were split into two sets."),
    ("regulation", "Emission standards bind every boiler.", "The standard deviation was below five percent."),
    ("regulation", "A regulation limits discharge.", "Temperature regulation keeps the reactor steady."),
    ("regulation", "The law was enforced.", "The first law of thermodynamics sets the balance."),
    ("regulation", "Dumping was banned.", "The gene is down-regulated in the roots."),
    ("regulation", "Offenders paid a fine.", "Fine particles were counted by the hour."),
    ("emissions_trading", "Allowances are traded in the carbon market.", "The union of cap makers trades in hats."),
    ("emissions_trading", "The ETS covers power.", "She sets the clock and gets the data."),
    ("subsidy_finance", "The state subsidised the filters.", "The subsidiary sells filters in Spain."),
    ("information_training", "Training courses reached the staff.", "The training data hold ten thousand images."),
    ("information_training", "A public awareness campaign was run.", "Information entropy was computed."),
    ("demonstration", "A pilot project was run in two cities.", "A pilot study tested the questionnaire."),
    ("international", "Donors and the treaty helped.", "The electron donor was glucose."),
    ("unspecified", "The government's environmental policy changed.", "The editorial policy of the journal is open."),
    ("institution", "An environmental protection agency was set up.", "Agency theory explains the contract."),
    ("voluntary_programme", "Firms signed a voluntary agreement.", "The volunteers signed a form."),
    ("research_technology", "Technology transfer was funded.", "Heat transfer was computed."),
    ("public_investment", "Green public procurement was made a duty.", "The procurement of bolts took a week."),
    ("target_strategy", "A national target was set.", "The target population was adults."),
    ("tax_charge", "Energy taxes rose.", "Taxi fleets were electrified."),
    ("tax_charge", "A landfill levy was raised.", "The levee keeps the river out."),
    ("label_disclosure", "Energy labels guide buyers.", "Isotope labelling traced the carbon."),
    ("regulation", "A ban on landfilling was passed.", "The bank and the bandwidth were large."),
    ("regulation", "Regulations bind the mills.", "Blood pressure is regulated by the kidneys."),
    ("regulation", "Mandatory standards bind the mills.", "The standard error of the mean was small."),
    ("subsidy_finance", "A grant from the ministry paid for it.", "It is taken for granted that firms grow."),
    ("subsidy_finance", "Financial incentives were paid.", "Incentives are lacking in the sector."),
    ("subsidy_finance", "Government incentives were paid.", "There is a lack of incentives for reuse."),
    ("audit_assessment", "Energy audits were ordered by the state.", "The financial audit of the accounts was late."),
    ("demonstration", "A demonstration project was funded.", "The proof is a demonstration of the theorem."),
    ("emissions_trading", "Emissions trading began.", "Trading hours and trade-offs were studied."),
    ("international", "The Kyoto Protocol was ratified.", "The measurement protocol has five steps."),
    ("institution", "A national cleaner production centre was founded.", "The centre of the beam was cooled."),
]  # fmt: skip
DRIVERS = [
    ("motivator", "Cost savings were the main driver.", "The driver of the car braked."),
    ("motivator", "Image was a motive for the hotels.", "The satellite image was processed."),
    ("motivator", "Customer demand drives the change.", "Chemical oxygen demand was measured."),
    ("motivator", "Profit was the driver.", "Non-profit organisations were asked as well."),
    ("deterrent", "High cost was a barrier.", "The barrier layer stops vapour."),
    ("deterrent", "Inertia and resistance to change hampered it.", "The corrosion resistance of the alloy was tested."),
    ("motivator", "Regulatory pressure was the driver.", "The vapour pressure was measured."),
    ("motivator", "Firms are driven by customer demand.", "The pump is driven by an electric motor."),
    ("motivator", "The main motive was lower cost.", "The locomotive was tested."),
    ("deterrent", "Organisational barriers slowed adoption.", "Noise barriers line the road."),
    ("deterrent", "Technological challenges remain for firms.", "The microbial challenge test lasted ten days."),
    ("deterrent", "Lack of credit was an obstacle.", "The budget constraint of the model is linear."),
]
# sentences of a paper that must not be coded at all
SILENT = [
    "The taxonomy of flows has three levels and eleven classes.",
    "The labelled data were used to train the network.",
    "The standard deviation of the samples was below five percent.",
    "A controller regulates the temperature of the furnace.",
    "Drivers of heavy vehicles were asked to rest every four hours.",
    "Articles were taken from journals whose policy is open access.",
    "The plants were grown in pots and watered every day.",
    "The barrier layer of the membrane is two microns thick.",
    "We thank the reviewers and the editor for their remarks.",
    "The response rate was forty percent.",
    "The driver of the truck followed the route that the model gave.",
    "Hormones regulate the uptake of sugar in the leaf.",
    "The plant has green leaves and yellow flowers.",
    "A data set of labelled images was used for training.",
    "The standard solution was stored at four degrees.",
    "The authors declare no conflict of interest.",
    "The privacy policy of the website was changed.",
    "Device drivers were updated before the simulation.",
    "The power law fits the size of the particles.",
    "The motor drives the shaft at a constant speed.",
    "Samples were dried at the target temperature.",
    "Taxonomic groups were counted under the microscope.",
]


def hits(sentence: str) -> set[tuple[str, str]]:
    return {(hit.family, hit.code) for hit in matcher(BOOK).match(sentence).hits}


@pytest.mark.parametrize(("code", "hit", "miss"), PAIRS)
def test_an_instrument_and_its_near_miss(code: str, hit: str, miss: str) -> None:
    assert ("instrument", code) in hits(hit)
    assert ("instrument", code) not in hits(miss)


@pytest.mark.parametrize(("family", "hit", "miss"), DRIVERS)
def test_a_driver_or_barrier_and_its_near_miss(family: str, hit: str, miss: str) -> None:
    assert family in {found for found, _ in hits(hit)}
    assert family not in {found for found, _ in hits(miss)}


@pytest.mark.parametrize("sentence", SILENT)
def test_sentences_of_methods_are_not_coded(sentence: str) -> None:
    document, passages = lay_out([Label("paper", "Cleaner production in mills", 0, sentence, "", "", {}, {})])
    assert code_document(document, passages, BOOK).codings == ()
