"""Whether a sentence reports the paper's own finding or another's."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.citations import Known, citations, reports_others
from pipeline.pdf.entries import parse

NAMES = frozenset(
    "li smith porter vanderlinde zhao dangelo europeancommission worldbank iea ipcc garcia obrien kjær hart".split()
)
BY_NAME = Known("", frozenset(), NAMES)
SQUARE = Known("square", frozenset(range(1, 61)), NAMES)
RAISED = Known("raised", frozenset(range(1, 61)), NAMES)
ROUND = Known("round", frozenset(range(1, 61)), NAMES)
UNLISTED = Known("", frozenset(), frozenset())

OTHERS = [
    (BY_NAME, "Audits cut water use by a third (Li et al., 2009; Smith, 2010)."),
    (BY_NAME, "Li and Smith (2010) found that levies move large firms only."),
    (BY_NAME, "According to Li et al. (2009), managers lacked the skills."),
    (BY_NAME, "Porter and van der Linde (1995) argue that regulation pays for itself."),
    (BY_NAME, "Subsidies crowd out private money (European Commission, 2019)."),
    (BY_NAME, "The World Bank (2010) holds that prices alone do not do."),
    (BY_NAME, "Coal plants close early where carbon has a price (IEA, 2021)."),
    (BY_NAME, "As Smith (2010) notes, our knowledge of small firms is thin."),
    (BY_NAME, "Smith (2010) argues that we need a tax on carbon."),
    (BY_NAME, "In the view of D'Angelo (2014), loans come too late."),
    (BY_NAME, "Training was named most often (see, e.g., Zhao, 2011)."),
    (BY_NAME, "However, Li et al. (2009, p. 14) see no effect of fees."),
    (BY_NAME, "Firms that export adopt standards sooner (García and Li, 2012a, 2012b)."),
    (BY_NAME, "O’Brien's (2003) survey shows that buyers ask for certificates."),
    (BY_NAME, "In our earlier work we saw that fees work (Li et al., 2008)."),
    (BY_NAME, "Permit prices fell once the cap was relaxed (Kjær, in press)."),
    (BY_NAME, "Emissions fell by 12 % compared with 2005 (Hart, 2016)."),
    (BY_NAME, "For example, Hart (2016) shows that banks did not lend."),
    (BY_NAME, "Small firms wait for others to move first [Smith, 2010]."),
    (BY_NAME, "Fees pay for audits, as shown by Smith (2010)."),
    (UNLISTED, "Audits cut water use by a third (Li et al., 2009)."),
    (UNLISTED, "Levies move large firms only (Smith, 2010)."),
    (UNLISTED, "Brown et al. (1999) found no effect."),
    (SQUARE, "Audits cut water use by a third [12]."),
    (SQUARE, "Levies [3-5] and standards [7, 9] move large firms."),
    (SQUARE, "Li et al. [12] found that we pay too little for water."),
    (SQUARE, "Emissions fell by 12 % compared with 2005 [12]."),
    (SQUARE, "It was shown in [14] that training lasts."),
    (SQUARE, "Previous studies have shown that training lasts [1,2]."),
    (SQUARE, "We know that warming is caused by carbon dioxide [1]."),
    (SQUARE, "Firms with an audit pollute less than others [33]."),
    (RAISED, "Audits cut water use by a third.12"),
    (RAISED, "Levies3,4 and standards7–9 move large firms."),
    (RAISED, "Li et al.12 found that levies move large firms."),
    (RAISED, "Audits, as many reviews say,5 pay within a year."),
    (ROUND, "Audits cut water use by a third (12)."),
    (ROUND, "Levies (3, 5–7) move large firms."),
]
OWN = [
    (BY_NAME, "We find that audits pay, in line with Li et al. (2009)."),
    (BY_NAME, "Our results confirm what Smith (2010) found for dyers."),
    (BY_NAME, "Unlike Smith (2010), we see an effect of fees."),
    (BY_NAME, "Contrary to Smith (2010), managers in the sample knew the law."),
    (BY_NAME, "This study shows that fees work, as Porter (1991) would expect."),
    (BY_NAME, "Following Li et al. (2009), firms were asked twice."),
    (BY_NAME, "The survey was adapted from Hart (2016)."),
    (BY_NAME, "The share of 40 % is similar to that of Zhao (2011)."),
    (BY_NAME, "Li et al. (2009) found 20 %, while we find 30 %."),
    (BY_NAME, "Levies came into force (2009)."),
    (BY_NAME, "In 2010 the fees were doubled."),
    (BY_NAME, "Audits pay (see Table 2)."),
    (BY_NAME, "Most firms took part (n = 12)."),
    (BY_NAME, "Directive 2009/28/EC binds the states."),
    (BY_NAME, "The Kyoto Protocol (1997) set the targets."),
    (BY_NAME, "The firms closed after the crisis (Shanghai, 2009)."),
    (BY_NAME, "The round of May (2010) was the last."),
    (BY_NAME, "SDG 12 asks for responsible production."),
    (BY_NAME, "The EU ETS (2005–2020) covers power plants."),
    (BY_NAME, "Interviews were held in Zhejiang (March 2010)."),
    (SQUARE, "Our results agree well with earlier studies [12]."),
    (SQUARE, "The effect is consistent with the literature on audits [5, 7]."),
    (SQUARE, "We used the method of Li et al. [12]."),
    (SQUARE, "Water use was measured as described in [12]."),
    (SQUARE, "Energy use was calculated using the procedure of the agency [9]."),
    (SQUARE, "The manager said the fee were [sic] too high."),
    (SQUARE, "The score lies in the interval [1, 5]."),
    (SQUARE, "In this paper, the model of [4] is applied to steel."),
    (SQUARE, "Emissions fell by 99 units [199]."),
    (RAISED, "Our data show that audits pay.12"),
    (RAISED, "CO2 and PM2.5 fell in most towns."),
    (RAISED, "The fee is paid per m3 of water."),
    (RAISED, "Energy fell by 12 in 2010."),
    (RAISED, "Scope3 emissions were left out (Fig.3)."),
    (RAISED, "The firms hold ISO14001 certificates."),
    (ROUND, "Audits pay (Fig. 3)."),
    (ROUND, "Unlike in the north (12), we see no effect."),
    (UNLISTED, "Levies came into force (2009)."),
    (UNLISTED, "Audits pay (Table 2, 2009)."),
]


@pytest.mark.parametrize(("paper", "sentence"), OTHERS)
def test_reports_what_another_found(paper: Known, sentence: str) -> None:
    assert reports_others(sentence, paper)


@pytest.mark.parametrize(("paper", "sentence"), OWN)
def test_speaks_for_itself(paper: Known, sentence: str) -> None:
    assert not reports_others(sentence, paper)


@given(
    st.text(max_size=200) | st.text("([Li et al. and 2009,;12–)]", max_size=200),
    st.sampled_from([SQUARE, RAISED, ROUND, UNLISTED]),
)
def test_citations_stand_in_order_within_any_text(text: str, paper: Known) -> None:
    bounds = [bound for mark in citations(text, paper) for bound in (mark.start, mark.end)]
    assert bounds == sorted(bounds)
    assert all(0 <= bound <= len(text) for bound in bounds)
    reports_others(text, paper)


@pytest.mark.parametrize(
    "piece", ["Li ", "(", "Li and ", "[1, ", "(Li, 2009; ", "a12,", "et al. (", "van de ", "’s-Li"]
)
def test_hostile_text_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    for paper in (SQUARE, RAISED, ROUND, UNLISTED):
        reports_others(f"{piece * 500}9", paper)
        parse(piece * 500, 0, len(piece) * 500, "")
    assert time.process_time() - started < 2
