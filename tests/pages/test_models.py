"""The page "Models", with the real cards and with those of toy networks."""

import json
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.checkpoint import WeightCard
from core.checkpoint.weight_file import FOLDER
from core.evaluation.paper_tables import TABLES
from core.evaluation.study_tables import NOT_TRAINED
from pages.widgets.models import weight_cards
from pages.widgets.models.card_text import TITLES, facts, measured
from pages.widgets.models.learning_curve import learning_curve

ROOT = Path(__file__).parents[2]
TOTALS = {"patients": 188, "rho": 0.91, "rho_interval": [0.88, 0.94], "rmse": 23.5, "limits": [-40.0, 44.0], "p": None}
CURVE = [{"step": 10, "smooth": 0.9}, {"step": 20, "smooth": 0.5}, {"step": 20, "validation_rmse": 31.0}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in FOLDER.glob("compact_*.json"):
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setattr(weight_cards, "FOLDER", tmp_path)
    monkeypatch.setattr(weight_cards, "study_cohort", lambda split: [])
    monkeypatch.setattr(weight_cards, "figures_without_networks", lambda patients: {"readers": {"rho": 0.967}})
    st.cache_data.clear()
    return tmp_path


def add_card(folder: Path, name: str, **training: object) -> None:
    card = json.loads((folder / "compact_joint_scorer.json").read_text())
    card |= {"name": name, "training": training, "results": {"study": TOTALS}, "input_px": [384, 384]}
    (folder / f"{name}.json").write_text(json.dumps(card))


def opened() -> AppTest:
    return AppTest.from_file(str(ROOT / "pages" / "models.py"), default_timeout=30).run()


def test_the_page_opens_with_the_networks_of_the_app(folder: Path) -> None:
    page = opened()
    assert not page.exception
    labels = [e.label for e in page.expander]
    assert [label.split("**")[1] for label in labels] == [TITLES[n][0] for n in list(TITLES)[:4]]
    assert any("None of the papers' networks is trained yet" in i.value for i in page.info)


def test_every_table_stands_there_with_what_is_missing(folder: Path) -> None:
    page = opened()
    shown = [m.value for m in page.markdown]
    assert [f"###### Table {t.number}: {t.title}" for t in TABLES] == [m for m in shown if m.startswith("###### Table")]
    readers = next(d.value for d in page.dataframe if "mean 1, paper" in d.value.columns)
    assert readers.loc[0, "r, paper"] == "0.97" and readers.loc[0, "r, ours"] == "0.967"
    ladder = next(d.value for d in page.dataframe if "B + DSC" in set(d.value.get("System", ())))
    assert set(ladder["RMSE, ours"]) == {NOT_TRAINED}


def test_a_trained_network_is_shown_with_curve_size_and_figures(folder: Path) -> None:
    add_card(
        folder,
        "resnet_dwise50_finetuned",
        parameters=4_406_000,
        curve=CURVE,
        device="CPU",
        loop={"steps": 400},
        batch=4,
    )
    page = opened()
    assert not page.exception
    assert any("ResNet-Dwise50, fine-tuned on totals" in e.label for e in page.expander)
    line = next(m.value for m in page.markdown if "4.4 million" in m.value)
    assert line == "Sees 384 x 384 px · 4.4 million parameters · 20 steps of 4: 80 pictures seen · trained on CPU"
    figures = [
        dict(zip(d.value["Figure"], d.value["Value"], strict=True)) for d in page.dataframe if "Value" in d.value
    ]
    values = next(f for f in figures if f.get("Pearson's r") == "0.91 (0.88 to 0.94)")
    assert values["p of the paired t-test"] == "not defined"
    assert values["limits of agreement (points)"] == "-40 to 44"
    tables = [d.value for d in page.dataframe if "System" in d.value]
    table = next(t for t in tables if t.loc[0, "System"] == "ResNet-50" and len(t.columns) == 11)
    assert table.loc[2, "RMSE, ours"] == "23.5" and table.loc[0, "RMSE, ours"] == NOT_TRAINED
    assert table.loc[2, "picture (px), ours"] == "384 x 384" and table.loc[2, "training steps, ours"] == "20"
    agreement = next(t for t in tables if "limits of agreement" in t.columns)
    limits = dict(zip(agreement["System"], agreement["limits of agreement"], strict=True))
    assert limits["ResNet-Dwise50, fine-tuned"] == "-40 to 44" and "ResNet-50" not in limits


def test_a_card_without_figures_shows_what_the_training_checked(folder: Path) -> None:
    add_card(
        folder, "mobilenet_v2_maps", curve=[*CURVE, {"step": 30, "validation_rmse": 8.5, "validation_score": -8.5}]
    )
    path = folder / "mobilenet_v2_maps.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"results": {}}))
    card = next(card for card in weight_cards.cards()[0] if card.name == "mobilenet_v2_maps")
    assert measured(card) == [("Validation phantoms, while training", "RMSE (points)", "8.5")]


def test_a_card_without_its_weight_file_says_so(folder: Path) -> None:
    add_card(folder, "densenet_parts", parameters=12_000_000)
    add_card(folder, "resnet50", parameters=24_000_000)
    (folder / "resnet50.safetensors").touch()
    page = opened()
    captions = [c.value for c in page.caption]
    assert not page.exception
    assert any("without its weight file: `python -m core train densenet_parts`" in c for c in captions)
    assert any(c.startswith("File resnet50.safetensors · SHA-256") for c in captions)


def test_a_card_that_cannot_be_read_is_named_and_the_others_are_shown(folder: Path) -> None:
    (folder / "mobilenet_v2.json").write_text("{}")
    page = opened()
    assert not page.exception
    assert any("mobilenet_v2" in e.value for e in page.error) and len(page.expander) == 4


def test_the_curve_has_loss_and_validation_error(folder: Path) -> None:
    add_card(folder, "resnet50", curve=CURVE)
    cards = {card.name: card for card in weight_cards.cards()[0]}
    figure = learning_curve(cards["resnet50"])
    assert figure is not None and [list(trace.y) for trace in figure.data] == [[0.9, 0.5], [31.0]]
    assert learning_curve(cards["compact_limb_finder"]) is None


def test_the_curve_of_a_detector_adds_its_losses_and_shows_the_share_found(folder: Path) -> None:
    line = {
        "step": 10,
        "classification": 1.5,
        "bbox_regression": 0.25,
        "heat": 0.25,
        "steps_s": 0.9,
        "minutes_left": 5.0,
    }
    add_card(folder, "paper_hand_parts", curve=[line, {"step": 10, "validation_iou60": 0.75, "validation_score": 1.2}])
    card = next(card for card in weight_cards.cards()[0] if card.name == "paper_hand_parts")
    figure = learning_curve(card)
    assert figure is not None and [list(trace.y) for trace in figure.data] == [[2.0], [0.75]]
    assert figure.layout.yaxis2.title.text == "share"


def test_a_card_tells_what_its_network_saw_and_whether_it_had_learnt_all_it_could() -> None:
    curve = [{"step": 500, "validation_score": 0.3}, {"step": 1000, "validation_score": 0.5, "steps_s": 2.0}]
    card = WeightCard(
        name="x", architecture="y", settings={}, input_px=(64, 64), trained_on="z", code_revision="0", sha256="0",
        training={"batch": 4, "curve": curve},
    )  # fmt: skip
    assert "1,000 steps of 4: 4,000 pictures seen · 8 minutes" in facts(card)
    assert "still got better" in facts(card)
    curve.append({"step": 1500, "validation_score": 0.4, "steps_s": 2.0})
    assert "best on validation at step 1,000" in facts(card)
