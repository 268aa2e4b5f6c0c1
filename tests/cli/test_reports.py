"""``--report``: a page for each model, and none of the user's overwritten."""

from __future__ import annotations

import json

import pandas as pd

from ebayes_lm.cli.invocation import checksum
from tests.reporting.page.opened import opened


def test_a_report_says_what_was_run(fit, study):
    ran = fit("--contrast", "b<&>'\" = groupB", "--report", "pages/report.html")
    assert ran.code == 0
    path = study.folder / "pages" / "report.html"
    page = path.read_text(encoding="utf-8")
    assert "ebayes-lm fit" in page
    assert checksum(study.data) in page
    assert "b<&>" not in page
    assert "Report: pages/report.html" in ran.out
    record = json.loads((study.folder / "out" / "run.json").read_text())
    assert record["reports"] == {"pages/report.html": checksum(path)}
    assert "  pages/report.html\n" in (study.folder / "out" / "run.log").read_text()


def test_a_report_is_replaced_as_long_as_it_is_ours(fit, study):
    path = study.folder / "report.html"
    assert fit("--coef", "groupB", "--report", "report.html").code == 0
    assert fit("--coef", "groupB", "--report", "report.html").code == 0
    path.write_text("mine")
    ran = fit("--coef", "groupB", "--report", "report.html")
    assert ran.code == 3
    assert "report.html is there, and is no report that an earlier run into out left" in ran.err
    assert path.read_text() == "mine"


def test_several_models_have_a_report_each(fit, study):
    rows = "id,variable,reference,target,blocking\na,group,A,B,\nb,group,A,B,batch\n"
    (study.folder / "c.csv").write_text(rows)
    assert fit("--contrasts", "c.csv", "--report", "r.html", formula=None).code == 0
    assert sorted(path.name for path in study.folder.glob("*.html")) == ["r_1.html", "r_2.html"]


def test_coefficients_and_contrasts_share_one(fit, study):
    ran = fit("--coef", "groupB", "--contrast", "back = -groupB", "--test-term", "group", "--report", "r.html")
    assert ran.code == 0
    facts = opened(study.folder / "r.html").facts
    assert [contrast["name"] for contrast in facts["contrasts"]] == ["groupB", "back"]
    forth, back = map(study.written, ("groupB", "back"))
    pd.testing.assert_series_equal(forth["logFC"], -back["logFC"])
    pd.testing.assert_frame_equal(forth[["P.Value", "B"]], back[["P.Value", "B"]])


def test_terms_alone_have_one(fit, study):
    assert fit("--test-term", "group", "--report", "r.html").code == 0
    assert (study.folder / "r.html").exists()


def test_a_page_has_the_ending_of_one(fit):
    ran = fit("--coef", "groupB", "--report", "report.pdf")
    assert ran.code == 2
    assert "name a file that ends in .html, not 'report.pdf'" in ran.err
