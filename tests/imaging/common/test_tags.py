"""The tags and filters that every template has. Not covered: how they look (tests/e2e/test_styleguide.py)."""

import datetime as dt
import re
from posixpath import dirname, join

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, engines
from django.test import RequestFactory
from django.utils import translation

from imaging.access.models import User
from imaging.common.frontend import BUILD
from imaging.common.templatetags.lightbox import STATE_WORDS
from imaging.orders.states import ExamState
from tests import people


def rendered(source: str, user: User | AnonymousUser | None = None, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    template = engines["django"].from_string(source)
    return template.template.render(Context({"request": request, **context})).strip()


def test_every_exam_state_has_its_ring_and_its_word() -> None:
    assert {key: str(word) for key, word in STATE_WORDS.items() if key != "to_come"} == dict(ExamState.choices)
    for state in ExamState.values:
        drawn = rendered("{% state value %}", value=state)
        assert f"#state-{state}" in drawn
        assert str(STATE_WORDS[state]) in drawn


def test_an_unknown_state_is_still_to_come() -> None:
    assert "#state-to_come" in rendered("{% state value %}", value="</svg><script>")


@pytest.mark.parametrize(("priority", "word"), [("stat", "急"), ("urgent", "加急"), ("routine", "常规")])
def test_priorities_are_words_too(priority: str, word: str) -> None:
    with translation.override("zh-hans"):
        assert word in rendered("{% priority value %}", value=priority)


def test_a_tag_escapes_what_it_says() -> None:
    assert "&lt;b&gt;" in rendered("{% tag text 'danger' %}", text="<b>")


def test_an_icon_is_hidden_from_readers() -> None:
    assert 'aria-hidden="true"' in rendered("{% icon 'clock' %}")


def test_capture_keeps_a_text_for_later() -> None:
    assert rendered("{% capture as name %} A &amp; B {% endcapture %}[{{ name }}]") == "[A &amp; B]"


@pytest.mark.parametrize(
    ("names", "drawn"), [("Ctrl enter", "<kbd>Ctrl</kbd> <kbd>↵</kbd>"), ("j", "<kbd>J</kbd>"), ("F8", "<kbd>F8</kbd>")]
)
def test_keys_are_drawn(names: str, drawn: str) -> None:
    assert rendered("{% key names %}", names=names) == drawn


def test_the_address_with_some_parts_changed() -> None:
    changed = rendered("{% query before=7 state='' %}", path="/list/?state=final&room=CT1")
    assert changed == "?room=CT1&amp;before=7"


@pytest.mark.django_db
def test_may_asks_the_policy() -> None:
    source = "{% may 'report.sign' as ok %}{{ ok }}"
    assert rendered(source, people.radiologist()) == "True"
    assert rendered(source, people.resident()) == "False"
    assert rendered(source) == "False"


def test_may_knows_no_invented_acts() -> None:
    with pytest.raises(ValueError, match=r"report\.burn"):
        rendered("{% may 'report.burn' as ok %}")


class Form(forms.Form):
    born = forms.CharField(label="Birth date", help_text="As 1968-04-12.")
    reason = forms.CharField(label="Reason", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A")])
    agreed = forms.BooleanField(label="Agreed")


def test_a_field_has_label_hint_and_hooks() -> None:
    drawn = rendered("{% field form.born data_date=True autofocus=True %}", form=Form())
    assert '<label class="form-label" for="id_born">Birth date</label>' in drawn
    assert 'aria-describedby="id_born_helptext"' in drawn
    assert " data-date" in drawn
    assert 'id="id_born_helptext"' in drawn


def test_a_field_says_what_is_wrong_and_ties_it_to_the_control() -> None:
    drawn = rendered("{% field form.born %}", form=Form({}))
    assert 'aria-invalid="true"' in drawn
    assert "This field is required." in drawn
    assert 'id="id_born_error"' in drawn


def test_only_the_optional_is_marked() -> None:
    assert "(optional)" in rendered("{% field form.reason %}", form=Form())
    assert "(optional)" not in rendered("{% field form.kind %}", form=Form())


def test_each_kind_of_control_has_its_class() -> None:
    assert 'class="form-select"' in rendered("{% field form.kind %}", form=Form())
    assert 'class="form-check-input"' in rendered("{% field form.agreed %}", form=Form())


def test_filters_are_the_functions_of_formats() -> None:
    with translation.override("en"):
        assert rendered("{{ born|age:day }} {{ 'F'|sex }}", born=dt.date(1968, 4, 12), day=dt.date(2026, 11, 22)) == "58 y F"


def imports_in(name: str) -> set[str]:
    """The scripts that the built script `name` begins with, and theirs."""
    found = {join(dirname(name), one) for one in re.findall(r'(?:from|import)"\./([^"]+)"', (BUILD / name).read_text())}
    return found.union(*map(imports_in, found))


@pytest.mark.parametrize("name", ["app.js", "viewer/viewer.js", "viewer/light.js", "viewer/waiting.js"])
def test_a_script_comes_with_all_that_it_begins_with(name: str) -> None:
    drawn = rendered(f'{{% module "{name}" %}}')
    assert f'<script type="module" src="/static/build/{name}">' in drawn
    assert set(re.findall(r'modulepreload" href="/static/build/([^"]+)"', drawn)) == imports_in(name) != set()


def test_where_nothing_is_built_the_script_is_named_alone() -> None:
    assert rendered('{% module "nowhere/one.js" %}') == '<script type="module" src="/static/build/nowhere/one.js"></script>'
