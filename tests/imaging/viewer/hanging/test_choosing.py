"""Which series goes where: choosing by a rule, and the rule that is proposed for what a reader arranged, on scans of many kinds.

Not covered here: how a series' traits are read from its objects (test_opening.py), and what the browser draws (tests/e2e/test_hanging.py).
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from imaging.common.errors import InvalidInput
from imaging.viewer.hanging.choosing import NO_PRIOR, NO_SERIES, About, Candidate, choose, series_fits, study_fits
from imaging.viewer.hanging.proposing import rule_proposed, series_proposed
from imaging.viewer.hanging.rules import Look, PaneRule, Rule, SeriesRule, StudyRule
from imaging.viewer.looks import RoomLook

ABOUT = About(frozenset({"CT"}), frozenset({"chest"}), "ct chest plain", "", 4, has_prior=False)


def ct(key: str, description: str, thickness: float, images: int, **more: object) -> Candidate:
    return replace(Candidate(key, key, description, "CT", images, "axial", thickness), **more)  # type: ignore[arg-type]


CHEST = [
    ct("scout", "Topogram", 0, 1, is_scout=True, plane="coronal"),
    ct("lung", "Lung 1.0 B70", 1.0, 320),
    ct("soft", "Mediastinum 1.0 B31", 1.0, 320),
    ct("thick", "Mediastinum 5.0 B31", 5.0, 64),
    ct("cor", "Lung cor MPR", 3.0, 100, plane="coronal"),
]


def mr(key: str, description: str, plane: str, images: int = 24, **more: object) -> Candidate:
    return replace(Candidate(key, key, description, "MR", images, plane, 5.0), **more)  # type: ignore[arg-type]


BRAIN = [
    mr("loc", "localizer", "sagittal", 3, is_scout=True),
    mr("t1s", "t1_se_sag", "sagittal"),
    mr("t2", "t2_tse_tra", "axial"),
    mr("flair", "t2_flair_tra", "axial"),
    mr("t1", "t1_se_tra", "axial"),
    mr("dwi", "ep2d_diff_tra", "axial", 72),
    mr("adc", "ep2d_diff_tra_ADC", "axial"),
    mr("t1c", "t1_se_tra", "axial", has_contrast=True),
    mr("t1cor", "t1_se_cor", "coronal", has_contrast=True),
]
MAMMO = [
    Candidate(f"{side}{view}", str(n), "", "MG", 1, "", None, side, view)
    for n, (side, view) in enumerate([("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")], start=1)
]
FOUR_IN_ONE = [replace(one, key="mammo", number="1", start=one.key) for one in MAMMO]
RADIOGRAPH = [
    Candidate("pa", "1", "Thorax PA", "DX", 1, "", None, "", "PA"),
    Candidate("ll", "2", "Thorax LL", "DX", 1, "", None, "", "LL"),
]
PET = [
    ct("ctac", "CT AC WB", 3.0, 300),
    Candidate("pet", "2", "PET WB AC", "PT", 300, "axial", 3.0),
    Candidate("nac", "3", "PET WB NAC", "PT", 300, "axial", 3.0),
]


def rule(*panes: PaneRule, **studies: object) -> Rule:
    layout = {"pane": 0} if len(panes) == 1 else {"across": True, "parts": [{"pane": n} for n in range(len(panes))], "sizes": [0.5, 0.5]}
    return Rule(StudyRule(**studies), layout, panes, RoomLook())  # type: ignore[arg-type]


def pane(*series: SeriesRule, prior: int = 0) -> PaneRule:
    return PaneRule(prior, series, Look())


def keys(made: Rule, *studies: Sequence[Candidate]) -> list[str]:
    return [one.candidate.key if one.candidate else one.missing for one in choose(made, studies)]


@pytest.mark.parametrize("scan", [CHEST, BRAIN, MAMMO, FOUR_IN_ONE, RADIOGRAPH, PET], ids=["chest", "brain", "mammo", "one", "cr", "pet"])
def test_what_is_proposed_finds_each_series_again_wherever_it_stands(scan: list[Candidate]) -> None:
    for one in scan:
        proposed = series_proposed(one, scan)
        assert proposed.nth == 1, proposed
        [found] = choose(rule(pane(proposed)), [list(reversed(scan))])
        assert found.candidate == one, proposed


@pytest.mark.parametrize(
    ("scan", "key", "conditions"),
    [
        (CHEST, "lung", {"modality": "CT", "plane": "axial", "words": ("lung",)}),
        (CHEST, "cor", {"modality": "CT", "plane": "coronal"}),
        (BRAIN, "flair", {"modality": "MR", "plane": "axial", "words": ("flair",)}),
        (BRAIN, "t1c", {"modality": "MR", "plane": "axial", "words": ("t1",), "contrast": "with"}),
        (MAMMO, "LMLO", {"modality": "MG", "laterality": "L", "view": "MLO"}),
        (PET, "ctac", {"modality": "CT", "plane": "axial"}),
        (PET, "nac", {"modality": "PT", "plane": "axial", "words": ("nac",)}),
    ],
)
def test_no_more_is_asked_for_than_tells_it_from_the_others(scan: list[Candidate], key: str, conditions: dict[str, object]) -> None:
    one = next(one for one in scan if one.key == key)
    assert series_proposed(one, scan) == SeriesRule(**conditions)  # type: ignore[arg-type]


def test_series_that_are_alike_in_all_are_told_by_their_order() -> None:
    first, second = ct("a", "Chest", 1, 100), ct("b", "Chest", 1, 100)
    assert (series_proposed(first, [first, second]).nth, series_proposed(second, [first, second]).nth) == (1, 2)


def test_the_chest_of_another_scanner_is_hung_by_the_same_rule() -> None:
    lung, soft = (series_proposed(CHEST[n], CHEST) for n in (1, 3))
    other = [ct("x", "LUNG  Br59 1.25", 1.25, 260), ct("y", "mediastinum Br40 5.00", 5.0, 65), ct("z", "Dose report", 0, 1)]
    assert keys(rule(pane(lung), pane(soft)), other) == ["x", "y"]


def test_the_four_views_of_a_mammography_hang_mirrored_beside_the_prior() -> None:
    panes = [pane(series_proposed(one, MAMMO), prior=prior) for prior in (0, 1) for one in MAMMO]
    assert keys(rule(*panes), FOUR_IN_ONE, list(reversed(MAMMO))) == ["mammo"] * 4 + ["RCC", "LCC", "RMLO", "LMLO"]
    assert [one.candidate.start for one in choose(rule(*panes[:4]), [FOUR_IN_ONE]) if one.candidate] == ["RCC", "LCC", "RMLO", "LMLO"]


def test_what_is_not_there_leaves_its_place_empty_and_says_why() -> None:
    panes = [pane(SeriesRule(modality="DX", view="PA")), pane(SeriesRule(modality="DX", view="PA"), prior=1), pane(SeriesRule(view="AP"))]
    assert keys(rule(*panes), RADIOGRAPH) == ["pa", NO_PRIOR, NO_SERIES]
    assert keys(rule(*panes), RADIOGRAPH, [replace(RADIOGRAPH[0], key="prior:pa")]) == ["pa", "prior:pa", NO_SERIES]


def test_an_alternative_stands_in_but_never_for_what_hangs_already() -> None:
    thin = SeriesRule(modality="CT", thickest=1.5, words=("bone",))
    anything = SeriesRule(modality="CT", plane="axial")
    assert keys(rule(pane(SeriesRule(words=("lung",))), pane(thin, anything)), CHEST) == ["lung", "soft"]
    assert keys(rule(pane(SeriesRule(words=("lung",))), pane(thin, anything)), CHEST[:2]) == ["lung", NO_SERIES]
    assert [one.alternative for one in choose(rule(pane(thin, anything)), [CHEST])] == [1]


def test_one_series_hangs_twice_with_two_windows() -> None:
    assert keys(rule(pane(SeriesRule(words=("lung",))), pane(SeriesRule(words=("lung",)))), CHEST) == ["lung", "lung"]


def test_the_last_of_those_that_fit() -> None:
    phases = [ct(f"p{n}", "Liver", 2, 80) for n in range(1, 5)]
    assert keys(rule(pane(SeriesRule(nth=-1)), pane(SeriesRule(nth=3)), pane(SeriesRule(nth=5))), phases) == ["p4", "p3", NO_SERIES]


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"thickest": 1.0}, True), ({"thickest": 0.9}, False), ({"thinnest": 1.0}, True), ({"thinnest": 1.1}, False),
        ({"least_images": 320}, True), ({"least_images": 321}, False), ({"most_images": 320}, True), ({"most_images": 319}, False),
        ({"without": ("b70",)}, False), ({"without": ("b31",)}, True), ({"contrast": "without"}, True), ({"contrast": "with"}, False),
        ({"words": ("lung", "b70")}, True), ({"words": ("lung", "b31")}, False), ({"scout": True}, False), ({"plane": "coronal"}, False),
    ],
)  # fmt: skip
def test_each_condition_by_itself(condition: dict[str, object], fits: bool) -> None:
    assert series_fits(SeriesRule(**condition), CHEST[1]) is fits  # type: ignore[arg-type]


def test_a_thickness_that_nobody_tells_is_within_no_bounds() -> None:
    assert not series_fits(SeriesRule(thickest=5), MAMMO[0])


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({}, True), ({"modalities": ("CT",)}, True), ({"modalities": ("CT", "PT")}, False), ({"regions": ("head", "chest")}, True),
        ({"regions": ("head",)}, False), ({"words": ("plain",)}, True), ({"words": ("plain", "hr")}, False), ({"laterality": "L"}, False),
        ({"least_series": 4}, True), ({"least_series": 5}, False), ({"most_series": 3}, False), ({"prior": "with"}, False),
        ({"prior": "without"}, True),
    ],
)  # fmt: skip
def test_for_which_studies(condition: dict[str, object], fits: bool) -> None:
    assert study_fits(StudyRule(**condition), ABOUT) is fits  # type: ignore[arg-type]


def test_a_demonstration_becomes_a_whole_rule() -> None:
    shown = {
        "layout": {"across": True, "parts": [{"pane": 0}, {"pane": 1}], "sizes": [0.3, 0.7]}, "sync": True,
        "panes": [{"set": "lung", "start": "", "look": {"window": "lung"}}, {"set": "prior:x", "start": "", "look": {"invert": True}}],
    }  # fmt: skip
    prior = [replace(CHEST[1], key="prior:x")]
    made = rule_proposed(shown=shown, about=ABOUT, studies=[CHEST, prior])
    assert made.studies == StudyRule(modalities=("CT",), regions=("chest",), prior="with")
    assert [one.prior for one in made.panes] == [0, 1]
    assert (made.panes[0].look.window, made.panes[1].look.invert, made.sync) == ("lung", True, True)
    assert keys(made, CHEST, prior) == ["lung", "prior:x"]


@pytest.mark.parametrize("shown", [None, {}, {"panes": [None]}, {"panes": [{"set": "elsewhere"}]}, {"panes": [{"set": ""}], "layout": {}}])
def test_what_is_not_on_this_studys_screen_teaches_nothing(shown: object) -> None:
    with pytest.raises(InvalidInput):
        rule_proposed(shown=shown, about=ABOUT, studies=[CHEST])
