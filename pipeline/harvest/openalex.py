"""OpenAlex: which works there are, page by page, and the work of a DOI.

Its interface is described at developers.openalex.org. It asks for a key from 2026 on; without one it allows some ten
searches a day. The key is a secret and no setting: settings are handed about and shown.
"""

import os
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from pipeline.errors import HarvestError
from pipeline.harvest.web import Web, place
from pipeline.harvest.works import Work, listed, mapping, work_from
from pipeline.settings import Settings

KEY = "OPENALEX_API_KEY"  # in the environment
PAGE = 100  # works a page, the most that it gives
_FIELDS = (
    *("id", "doi", "title", "display_name", "publication_year", "authorships", "primary_location"),
    *("best_oa_location", "open_access", "abstract_inverted_index"),
)


def search(web: Web, settings: Settings, query: str, since: str, most: int) -> Iterator[Work]:
    """The first `most` works that OpenAlex finds for a query, the most relevant first, each once.

    `since` is the first day of publication (YYYY-MM-DD), or empty. What was retracted, and what is no work by itself,
    such as a table of contents, is left out. Raises HarvestError.
    """
    wanted = ["is_retracted:false", "is_paratext:false", *([f"from_publication_date:{since}"] if since else [])]
    asked = {"search": query, "filter": ",".join(wanted), "per_page": str(min(PAGE, most)), **_always(settings)}
    seen: set[str] = set()
    cursor = "*"
    while cursor:
        page = web.get_json(f"{settings.openalex_url}/works?{urlencode({**asked, 'cursor': cursor})}")
        if page is None or not isinstance(page.get("results"), list):
            remedy = "look at openalex_url in the settings"
            raise HarvestError("this does not answer as OpenAlex does", place(settings.openalex_url), remedy)
        before = len(seen)
        for work in filter(None, map(work_from, listed(page["results"]))):
            if work.id not in seen and len(seen) < most:
                seen.add(work.id)
                yield work
        more = mapping(page.get("meta")).get("next_cursor")  # a page without a new work is the last, whatever it says
        cursor = more if isinstance(more, str) and before < len(seen) < most else ""


def work_of(web: Web, settings: Settings, doi: str) -> Work | None:
    """The work of a DOI, or None where OpenAlex knows none. Raises HarvestError."""
    asked = urlencode(_always(settings))
    return work_from(web.get_json(f"{settings.openalex_url}/works/doi:{quote(doi, safe='/')}?{asked}"))


def _always(settings: Settings) -> dict[str, str]:
    key = os.environ.get(KEY, "")
    return {"select": ",".join(_FIELDS), "mailto": settings.mailto, **({"api_key": key} if key else {})}
