"""The check itself: the whole path holds, and a broken one is said."""

import pytest

from vtclinic.demo.check import run as running
from vtclinic.demo.check import run_check
from vtclinic.demo.check.browser import Page, _Forms
from vtclinic.demo.check.problem import CheckFailed, expect
from vtclinic.demo.check.steps import STEPS


def test_the_whole_path_holds_against_real_servers(capsys):
    assert run_check() == 0, capsys.readouterr().out
    assert f"{len(STEPS)} of {len(STEPS)} steps" in capsys.readouterr().out


def test_a_step_that_fails_ends_the_walk_with_a_sentence(capsys, monkeypatch):
    monkeypatch.setattr(running, "STEPS", (("One", lambda _walk: "fine"), ("Two", lambda _walk: expect(False, "the lamp is out")), ("Three", lambda _walk: "never")))
    assert run_check() == running.FAILED
    said = capsys.readouterr().out
    assert "FAILED  Two: the lamp is out" in said
    assert "Three" not in said


def test_forms_are_read_as_a_browser_fills_them():
    parser = _Forms()
    parser.feed(
        '<form action="/a" method="post"><input type="hidden" name="t" value="1"><input type="radio" name="r" value="x"><input type="radio" name="r" value="y" checked>'
        '<select name="s"><option value="1"><option value="2" selected></select><textarea name="w">words</textarea><button name="b" value="1">Go</button></form>'
    )
    assert parser.forms[0].fields == {"t": ["1"], "r": ["y"], "s": ["2"], "w": ["words"]}
    page = Page(200, "/here", "", parser.forms, {})
    assert page.form("/a").method == "post"
    with pytest.raises(CheckFailed):
        page.form("/elsewhere")
