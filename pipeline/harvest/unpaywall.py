"""Unpaywall: where a work may be read without paying, by its DOI (unpaywall.org/products/api, version 2)."""

from urllib.parse import quote, urlencode

from pipeline.harvest.web import Web
from pipeline.harvest.works import Copy, copies, listed, mapping
from pipeline.settings import Settings


def open_copies(web: Web, settings: Settings, doi: str) -> tuple[Copy, ...]:
    """The open copies of a work as PDF, best first; none where it is not known.

    Raises HarvestError.
    """
    asked = urlencode({"email": settings.mailto})
    said = mapping(web.get_json(f"{settings.unpaywall_url}/{quote(doi, safe='/')}?{asked}"))
    if said.get("is_oa") is not True:
        return ()
    places = [said.get("best_oa_location"), *listed(said.get("oa_locations"))]
    return copies(places, "url_for_pdf")
