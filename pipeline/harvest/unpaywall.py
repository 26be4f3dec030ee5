"""Unpaywall: where a work may be read without paying, by its DOI (unpaywall.org/products/api, version 2)."""

from urllib.parse import quote, urlencode

from pipeline.harvest.web import Web
from pipeline.harvest.works import Copy, copies, listed, mapping, status
from pipeline.settings import Settings


def open_copies(web: Web, settings: Settings, doi: str) -> tuple[tuple[Copy, ...], str]:
    """The open copies of a work as PDF, best first, and how open it is; none where it is not known.

    Raises HarvestError.
    """
    asked = urlencode({"email": settings.mailto})
    said = mapping(web.get_json(f"{settings.unpaywall_url}/{quote(doi, safe='/')}?{asked}"))
    if said.get("is_oa") is not True:
        return (), status(said.get("oa_status"))
    places = [said.get("best_oa_location"), *listed(said.get("oa_locations"))]
    return copies(places, "url_for_pdf"), status(said.get("oa_status"))
