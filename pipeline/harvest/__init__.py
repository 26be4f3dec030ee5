"""Literature from the open web, only where a person asks for it: found at OpenAlex, open copies by Unpaywall."""

from pipeline.harvest.harvesting import Harvested, harvest, harvest_doi, harvest_first, in_words

__all__ = ["Harvested", "harvest", "harvest_doi", "harvest_first", "in_words"]
