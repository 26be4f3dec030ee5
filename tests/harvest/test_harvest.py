"""A harvest against a server that speaks as OpenAlex and Unpaywall do: what comes, what does not, and what is kept."""

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.cli import cli, guarded
from pipeline.corpus import scan
from pipeline.errors import AlreadyRunning, CorpusError, HarvestError, SettingsError
from pipeline.harvest import harvest, harvest_doi, harvest_first, harvesting, web
from pipeline.harvest.record import load, writing
from pipeline.settings import Settings
from tests.harvest.server import PDF, Library, Reply


def papers(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.corpus.rglob("*.pdf"))


def entries(settings: Settings) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((settings.corpus / "harvest" / "harvest.json").read_text("utf-8"))
    return items


def states(settings: Settings) -> dict[str, str]:
    return {key: record.state for key, record in load(settings.corpus / "harvest").items()}


def test_all_pages_are_read_and_the_papers_stand_beside_their_bibliography(
    library: Library, settings: Settings
) -> None:
    for number in range(1, 6):
        library.add(number, f"Levies number {number}")
    found = harvest(settings, "cleaner production China", "2020-01-01")
    names = [f"ozturk2021levies{tail}.pdf" for tail in ("", "a", "b", "c", "d")]
    assert [path.name for path in found.new] == names
    assert str(found) == "5 works found, 5 new papers (5 downloaded)"
    asked = [parse_qs(urlsplit(path).query) for path in library.paths("/works")]
    assert [page["cursor"] for page in asked] == [["*"], ["2"], ["4"], ["6"]]  # the last is empty, as OpenAlex has it
    assert asked[0]["search"] == ["cleaner production China"]
    assert "from_publication_date:2020-01-01" in asked[0]["filter"][0].split(",")
    assert asked[0]["mailto"] == ["ana@example.org"]
    assert not library.paths("/unpaywall")  # nothing is asked that is known already
    known = {entry.key: entry for entry in scan(settings.corpus).entries}
    assert {key: entry.files for key, entry in known.items()} == {name[:-4]: (name,) for name in names}
    about = known["ozturk2021levies"].metadata
    assert (about.title, about.authors, about.year) == ("Levies number 1", ("Öztürk, Ana", "Li, Bo"), 2021)
    assert about.doi == "10.5555/work.1"
    assert entries(settings)[0]["abstract"] == "Carbon taxes work. work."
    record = load(settings.corpus / "harvest")["W1"]
    assert (record.license, record.oa_status, record.source) == ("cc-by", "gold", f"{library.url}/pdf/p1.pdf")


def test_a_second_harvest_brings_only_what_is_new_and_not_what_was_deleted(
    library: Library, settings: Settings
) -> None:
    library.add(1, "First")
    library.add(2, "Second")
    harvest(settings, "q")
    before = (settings.corpus / "harvest" / "harvest.jsonl").read_bytes()
    (settings.corpus / "harvest" / "ozturk2021first.pdf").unlink()
    library.asked.clear()
    assert harvest(settings, "q").new == ()
    assert not library.paths("/pdf")
    assert (settings.corpus / "harvest" / "harvest.jsonl").read_bytes() == before
    library.add(3, "Third")
    assert [path.name for path in harvest(settings, "q").new] == ["ozturk2021third.pdf"]
    assert papers(settings) == ["ozturk2021second.pdf", "ozturk2021third.pdf"]


def test_a_scheduled_refresh_harvests_first_where_a_query_is_set(library: Library, settings: Settings) -> None:
    library.add(1, "First")
    harvest_first(settings)
    assert not library.asked
    harvest_first(replace(settings, harvest_query="q"))
    assert papers(settings) == ["ozturk2021first.pdf"]


def test_a_harvest_that_cannot_be_had_hinders_no_refresh(
    library: Library, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    library.add(1, "First")
    harvest_first(replace(settings, harvest_query="q", mailto=""))
    assert "no harvest before this refresh" in caplog.text
    assert not library.asked
    assert not papers(settings)


def test_no_more_works_than_were_asked_for(library: Library, settings: Settings) -> None:
    for number in range(1, 6):
        library.add(number, f"Levies number {number}")
    assert len(harvest(settings, "q", most=3).new) == 3
    assert len(library.paths("/works")) == 2


@pytest.mark.parametrize(
    ("status", "headers", "wait"), [(429, {"Retry-After": "7"}, 7.0), (500, {}, 1.0), (503, {}, 1.0)]
)
def test_what_passes_is_waited_for(
    status: int, headers: dict[str, str], wait: float, library: Library, settings: Settings, waited: list[float]
) -> None:
    library.add(1, "First")
    library.first["/works"].append(Reply(status, headers=headers))
    assert len(harvest(settings, "q").new) == 1
    assert waited == [wait]


def test_each_wait_is_longer_and_there_is_an_end(library: Library, settings: Settings, waited: list[float]) -> None:
    library.first["/works"] += [Reply(500)] * 9
    with pytest.raises(HarvestError, match="refused"):
        harvest(settings, "q")
    assert waited == [1.0, 2.0, 4.0]


def test_asked_to_come_back_tomorrow_it_ends_and_keeps_what_it_has(
    library: Library, settings: Settings, waited: list[float]
) -> None:
    library.page = 1
    library.add(1, "First")
    library.add(2, "Second")
    library.first["/pdf/p2.pdf"].append(Reply(429, headers={"Retry-After": "40000"}))
    harvest(settings, "q")
    assert states(settings) == {"W1": "downloaded", "W2": "failed"}
    library.first["/works"].append(Reply(429, headers={"Retry-After": "40000"}))
    with pytest.raises(HarvestError, match="come back later") as refused:
        harvest(settings, "q")
    assert "in 11 hours" in refused.value.remedy
    assert waited == []
    assert papers(settings) == ["ozturk2021first.pdf"]


def test_closed_access_is_left_alone_but_known(library: Library, settings: Settings) -> None:
    library.add(1, "Behind a wall", open_access={"is_oa": False, "oa_status": "closed"}, best_oa_location=None)
    assert harvest(settings, "q").new == ()
    assert len(library.asked) == len(library.paths("/works"))
    assert states(settings) == {"W1": "no open copy"}
    assert entries(settings)[0]["title"] == "Behind a wall"
    library.works[0] |= {"open_access": {"is_oa": True}}  # an embargo ends
    library.works[0] |= {"best_oa_location": {"pdf_url": f"{library.url}/pdf/p1.pdf"}}
    assert len(harvest(settings, "q").new) == 1
    assert entries(settings)[0]["custom"]["file"] == "ozturk2021behind.pdf"


def test_unpaywall_is_asked_where_openalex_knows_no_good_copy(library: Library, settings: Settings) -> None:
    library.add(1, "First", best_oa_location=None)
    place = {"url_for_pdf": f"{library.url}/pdf/p1.pdf", "license": "cc-by-nc", "version": "acceptedVersion"}
    library.open["10.5555/work.1"] = {"is_oa": True, "oa_status": "green", "best_oa_location": place}
    assert len(harvest(settings, "q").new) == 1
    assert library.paths("/unpaywall") == ["/unpaywall/10.5555/work.1?email=ana%40example.org"]
    record = load(settings.corpus / "harvest")["W1"]
    assert (record.license, record.version) == ("cc-by-nc", "acceptedVersion")


def test_a_page_to_log_in_is_no_paper(library: Library, settings: Settings) -> None:
    library.add(1, "A page")
    library.add(2, "A page that says it is a PDF")
    library.add(3, "A PDF that says it is a page")
    library.pdfs["p1.pdf"] = Reply(body=b"<html>log in</html>", type="text/html")
    library.pdfs["p2.pdf"] = Reply(body=b"<html>log in</html>", type="application/pdf")
    library.pdfs["p3.pdf"] = Reply(body=PDF, type="text/html; charset=utf-8")
    assert harvest(settings, "q").new == ()
    records = load(settings.corpus / "harvest").values()
    assert all(record.state == "failed" and "no PDF but something else" in record.reason for record in records)


def test_a_paper_that_cannot_be_had_is_looked_for_three_times(library: Library, settings: Settings) -> None:
    library.add(1, "Never there")
    del library.pdfs["p1.pdf"]
    for _ in range(5):
        harvest(settings, "q")
    assert len(library.paths("/pdf")) == 3
    library.pdfs["p1.pdf"] = Reply(body=PDF, type="application/pdf")
    assert harvest_doi(settings, "10.5555/work.1").state == "downloaded"  # asked for by name, it is looked for again


@pytest.mark.parametrize("told", [True, False])
def test_a_huge_file_is_not_taken(
    told: bool, library: Library, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harvesting, "LARGEST", 2_000_000)
    library.add(1, "Huge")
    body = PDF + b" " * (100 if told else 2_000_000)
    headers = {"Content-Length": "999999999999"} if told else {}
    library.pdfs["p1.pdf"] = Reply(body=body, type="application/pdf", headers=headers)
    assert harvest(settings, "q").new == ()
    assert "larger than 2 MB" in load(settings.corpus / "harvest")["W1"].reason


def test_a_redirect_into_a_private_network_is_not_followed(library: Library, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        private = f"https://127.0.0.1:{other.getsockname()[1]}/secret.pdf"
        library.add(1, "Led astray")
        library.pdfs["p1.pdf"] = Reply(302, headers={"Location": private})
        assert harvest(settings, "q").new == ()
        with pytest.raises(TimeoutError):
            other.accept()
    assert "private network" in load(settings.corpus / "harvest")["W1"].reason


@pytest.mark.parametrize(
    "url",
    [
        *("https://169.254.169.254/latest", "https://localhost/x.pdf", "https://[::1]/x.pdf", "https://10.0.0.1/x.pdf"),
        *("https://[::ffff:127.0.0.1]/x", "https://0/x", "https://2130706433/x", "http://127.1/x"),
    ],
)
def test_no_way_of_writing_a_private_address_leads_there(url: str) -> None:
    with pytest.raises(HarvestError, match=r"private network|not one of https"):
        web.Web("test", frozenset({"127.0.0.1:9999"})).get(url, 100, tries=1)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x.pdf", "file:///etc/passwd", "https://", "https://a b/x", "x", "http://[x"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(HarvestError):
        web.Web("test", frozenset()).get(url, 100, tries=1)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True)),
        *(("127.0.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False), ("0.0.0.0", False)),  # noqa: S104
        *(("fe80::1", False), ("fc00::1", False), ("::", False), ("224.0.0.1", False), ("ff02::1", False)),
        *(("2002:7f00:1::", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("nonsense", False)),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert web.is_public(address) is public


def test_redirects_come_to_an_end(library: Library, settings: Settings) -> None:
    library.add(1, "Round and round")
    library.pdfs["p1.pdf"] = Reply(302, headers={"Location": "/pdf/p1.pdf"})
    harvest(settings, "q")
    assert "without end" in load(settings.corpus / "harvest")["W1"].reason
    assert len(library.paths("/pdf")) == web.REDIRECTS + 1


def test_what_breaks_off_is_not_taken_for_whole(library: Library, settings: Settings) -> None:
    library.add(1, "Cut")
    cut = Reply(body=PDF, headers={"Content-Length": "5000"}, type="application/pdf")
    library.first["/pdf/p1.pdf"] += [cut, cut]
    assert harvest(settings, "q").new == ()
    assert "no answer (IncompleteRead" in load(settings.corpus / "harvest")["W1"].reason
    library.first["/pdf/p1.pdf"] += [cut]
    assert len(harvest(settings, "q").new) == 1  # the second try is whole


def test_a_server_that_keeps_silent_is_left(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "WHOLE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as slow:  # takes the connection, and says nothing
        busy = Settings(
            corpus=settings.corpus, mailto="a@example.org", openalex_url=f"http://127.0.0.1:{slow.getsockname()[1]}"
        )
        with pytest.raises(HarvestError, match="no answer"):
            harvest(busy, "q")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"{}", b'{"results": 3}', b"[" * 100_000])
def test_an_answer_that_makes_no_sense_is_said(body: bytes, library: Library, settings: Settings) -> None:
    library.first["/works"].append(Reply(body=body))
    with pytest.raises(HarvestError, match=r"no JSON|not what was asked|does not answer as OpenAlex"):
        harvest(settings, "q")


def test_works_that_make_no_sense_are_passed_over(library: Library, settings: Settings) -> None:
    library.works += [{}, {"id": 7, "title": "x"}, {"id": "https://openalex.org/W9", "title": None}]
    odd: dict[str, Any] = {"id": "W8", "title": "Odd", "doi": 5, "authorships": [None, {"author": []}]}
    odd |= {"publication_year": "x", "open_access": [], "best_oa_location": {"pdf_url": 3}}
    library.works.append(odd | {"abstract_inverted_index": {"a": [True, "x", 10**18], "b": 4}})
    library.works.append(library.works[-1])
    library.page = 10
    harvest(settings, "q")
    assert [(item["id"], item["title"], item["abstract"]) for item in entries(settings)] == [("anonw8", "Odd", "a")]


def test_pages_that_bring_nothing_new_are_not_turned_for_ever(library: Library, settings: Settings) -> None:
    library.add(1, "First")
    page = {"meta": {"next_cursor": "x"}, "results": library.works}
    library.first["/works"] += [Reply(body=json.dumps(page).encode())] * 9
    assert len(harvest(settings, "q").new) == 1
    assert len(library.paths("/works")) == 2


def test_nothing_found_makes_nothing(library: Library, settings: Settings) -> None:
    assert str(harvest(settings, "q")) == "0 works found, 0 new papers"
    assert papers(settings) == []
    assert not (settings.corpus / "harvest" / "harvest.json").exists()


def test_what_others_wrote_names_no_file_and_moves_no_cursor(
    library: Library, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    library.add(1, "../../../etc/passwd\x1b[2J <i>x</i>", authorships=[{"author": {"display_name": "../.. /etc/evil"}}])
    library.add(2, "\ud800 con", authorships=[{"author": {"display_name": "\u202e"}}], publication_year=None)
    harvest(settings, "q", tell=print)
    assert papers(settings) == ["anonw2.pdf", "etcevil2021passwd.pdf"]
    assert {path.parent for path in settings.corpus.rglob("*") if path.is_file()} == {settings.corpus / "harvest"}
    shown = capsys.readouterr().out
    assert shown.count("\n") == 2
    assert "\x1b" not in shown


def test_a_record_that_others_wrote_names_no_file_either(library: Library, settings: Settings) -> None:
    library.add(1, "First")
    harvest(settings, "q")
    path = settings.corpus / "harvest" / "harvest.jsonl"
    kept = json.loads(path.read_text("utf-8")) | {"key": "../../evil", "state": "failed"}
    path.write_text(json.dumps(kept) + "\nno JSON\n[]\n{}", encoding="utf-8")
    (settings.corpus / "harvest" / "ozturk2021first.pdf").unlink()
    (settings.corpus / "harvest" / "harvest.json").unlink()
    harvest(settings, "q")
    assert papers(settings) == ["ozturk2021first.pdf"]
    assert sorted(p.name for p in settings.corpus.iterdir()) == ["harvest"]


def test_a_paper_that_the_corpus_has_is_not_there_twice(library: Library, settings: Settings) -> None:
    library.add(1, "First")
    settings.corpus.mkdir()
    (settings.corpus / "mine.PDF").write_bytes(PDF + b"1")
    harvest(settings, "q")
    assert papers(settings) == []
    assert "mine.PDF" in load(settings.corpus / "harvest")["W1"].reason


def test_an_entry_that_somebody_put_right_stays_so(library: Library, settings: Settings) -> None:
    library.add(1, "Misspelt titel")
    harvest(settings, "q")
    path = settings.corpus / "harvest" / "harvest.json"
    path.write_text(path.read_text("utf-8").replace("titel", "title"), encoding="utf-8")
    library.add(2, "Second")
    harvest(settings, "q")
    assert [item["title"] for item in entries(settings)] == ["Misspelt title", "Second"]
    path.write_text("[{", encoding="utf-8")
    with pytest.raises(CorpusError, match="no bibliography"):
        harvest(settings, "q")
    assert path.read_text("utf-8") == "[{"


def test_interrupted_it_keeps_what_it_has_and_goes_on_from_there(
    library: Library, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library.add(1, "First")
    library.add(2, "Second")
    get = harvesting._pdf

    def once(*given: Any) -> bytes:
        if papers(settings):
            raise KeyboardInterrupt
        return get(*given)

    monkeypatch.setattr(harvesting, "_pdf", once)
    for name in ("mailto", "openalex_url", "unpaywall_url"):
        monkeypatch.setenv(f"PRECEDENT_{name.upper()}", getattr(settings, name))
    assert guarded(cli, ["harvest", "--query", "q", str(settings.corpus)]) == 130
    assert [item["id"] for item in entries(settings)] == ["ozturk2021first"]
    assert sorted(p.name for p in (settings.corpus / "harvest").iterdir()) == [
        *("harvest.json", "harvest.jsonl", "ozturk2021first.pdf")
    ]
    monkeypatch.setattr(harvesting, "_pdf", get)
    assert guarded(cli, ["harvest", "--query", "q", str(settings.corpus)]) == 0
    shown = capsys.readouterr().out
    assert "2 works found, 1 new papers (2 downloaded)" in shown
    assert "harvest/ozturk2021second.pdf: Second (2021), licence cc-by" in shown


def test_two_harvests_do_not_mix(settings: Settings) -> None:
    with writing(settings.corpus / "harvest"), pytest.raises(AlreadyRunning):
        harvest(settings, "q")


@pytest.mark.parametrize(
    ("query", "since", "mailto", "what"),
    [
        ("q", "", "", "mail address"),
        ("", "", "a@b.org", "nothing to look for"),
        ("q", "2020-13-01", "a@b.org", "no day"),
    ],
)
def test_nothing_is_sent_before_the_settings_are_right(
    query: str, since: str, mailto: str, what: str, library: Library, settings: Settings
) -> None:
    wrong = Settings(corpus=settings.corpus, mailto=mailto, openalex_url=library.url)
    with pytest.raises(SettingsError, match=what):
        harvest(wrong, query, since)
    assert library.asked == []


def test_the_settings_may_say_what_to_look_for(library: Library, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "precedent.toml"
    said = {"mailto": "a@b.org", "openalex_url": library.url, "corpus": "papers"}
    said |= {"harvest_query": "cleaner production", "harvest_since": "2019-01-01"}
    file.write_text("\n".join(f'{name} = "{value}"' for name, value in said.items()), encoding="utf-8")
    assert guarded(cli, ["harvest", "--settings", str(file)]) == 0
    assert "search=cleaner+production&filter=" in library.asked[0]
    assert "from_publication_date%3A2019-01-01" in library.asked[0]


def test_the_key_goes_to_openalex_and_into_no_file_or_message(
    library: Library, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "s3cret")
    library.add(1, "First")
    harvest(settings, "q")
    assert "api_key=s3cret" in library.paths("/works")[0]
    assert not [asked for asked in library.paths("/pdf") + library.paths("/unpaywall") if "s3cret" in asked]
    assert not [path for path in settings.corpus.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    said = json.dumps({"error": "Invalid filter", "message": "no such\x1b field"}).encode()
    library.first["/works"].append(Reply(400, said))
    with pytest.raises(HarvestError, match="no such field") as refused:
        harvest(settings, "q")
    assert "s3cret" not in str(refused.value)
