"""The scripts of the components: every module that one imports stands in what the browser gets, once."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.widgets.shared.inline_component import PATH, SHARED, fetched, script, serve_script

WIDGETS = SHARED.parent
COMPONENTS = [path for path in sorted(WIDGETS.glob("*/*.js")) if path.parent != SHARED]


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_is_one_script_with_one_default_function(path: Path) -> None:
    text = script(path)
    assert not re.search(r"^import\b", text, re.MULTILINE)
    exported = re.findall(r"^export .*", text, re.MULTILINE)
    assert len(exported) == 1 and exported[0].startswith("export default function ({ data, parentElement")
    names = re.findall(r"^(?:const|function|class) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names))
    if node := shutil.which("node"):
        checked = subprocess.run([node, "--input-type=module", "--check"], input=text, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


def test_an_import_from_elsewhere_is_refused(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.js"
    lonely.write_text('import { x } from "https://example.org/x.js";\n')
    with pytest.raises(ValueError, match=r"lonely\.js imports"):
        script(lonely)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_an_edit_sends_the_address_of_a_script_and_the_browser_fetches_it_once(path: Path) -> None:
    short = fetched(path)
    name = re.search(r"script/([\w-]+\.js)", short)
    assert len(short) < 200 and name and name[1].startswith(f"{path.stem}-")
    client = TestClient(Starlette(routes=[Route(PATH, serve_script)]))
    got = client.get(f"/script/{name[1]}")
    assert got.text == script(path) and got.headers["content-type"].startswith("text/javascript")
    assert "immutable" in got.headers["cache-control"]
    assert client.get(f"/script/{path.stem}.js").status_code == 404


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_outbox_loses_nothing_and_the_point_under_the_pointer_stays(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("outbox.js", "pan_zoom.js"):
        shutil.copy(SHARED / name, tmp_path / name)
    (tmp_path / "try.js").write_text("""
        import assert from "node:assert/strict";
        import { Outbox } from "./outbox.js";
        import { adjustLight, clamp, zoomAt } from "./pan_zoom.js";
        const got = [], box = new Outbox();
        box.answered(4, (name, actions) => got.push(actions.map((a) => a.n)));
        box.push({ do: "a" }); box.push({ do: "b" });
        assert.deepEqual(got, [[5], [5, 6]]);
        box.answered(5, box.send);
        assert.deepEqual(box.actions, [{ n: 6, do: "b" }]);
        box.repeat();
        assert.equal(box.actions[0].again, 1);
        box.answered(6, box.send);
        assert.equal(box.waiting, false);
        const view = { k: 2, x: 10, y: -4 }, film = [(30 - 10) / 2, (40 + 4) / 2];
        zoomAt(view, 5, 30, 40);
        assert.deepEqual([view.x + 5 * film[0], view.y + 5 * film[1], view.k], [30, 40, 5]);
        const light = { light: 1, contrast: 1 };
        adjustLight(light, 1e6, -1e6);
        assert.deepEqual(light, { light: 4, contrast: 5 });
        assert.deepEqual([clamp(-1, 0, 2), clamp(3, 0, 2)], [0, 2]);
    """)
    done = subprocess.run(["node", "try.js"], cwd=tmp_path, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_a_turned_or_mirrored_film_is_measured_and_clicked_where_it_is_seen(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("hanging.js", "ruler.js"):
        shutil.copy(SHARED / name, tmp_path / name)
    (tmp_path / "try.js").write_text("""
        import assert from "node:assert/strict";
        import { cssOf, fitted, hangingWords, onFilm, onScreen } from "./hanging.js";
        import { Ruler } from "./ruler.js";
        const near = (a, b) => a.forEach((v, n) => assert.ok(Math.abs(v - b[n]) < 1e-9, `${a} is not ${b}`));
        // By hand: what lies right of the corner of the film lies below it after a quarter turn clockwise, left of it
        // where the film is mirrored.
        near(onScreen({ k: 2, x: 100, y: 50, turn: 1 }, 10, 0), [100, 70]);
        near(onScreen({ k: 2, x: 100, y: 50, turn: 0, flip: true }, 10, 0), [80, 50]);
        near(onScreen({ k: 2, x: 100, y: 50, turn: 3 }, 0, 10), [120, 50]);
        for (const turn of [0, 1, 2, 3]) for (const flip of [false, true]) {
          const view = { k: 0.7, x: -31, y: 12.5, turn, flip };
          near(onFilm(view, ...onScreen(view, 123, 45)), [123, 45]);
          const [a, b, c, d, e, f] = cssOf(view).slice(7, -1).split(",").map(Number);
          near([a * 123 + c * 45 + e, b * 123 + d * 45 + f], onScreen(view, 123, 45));
          const whole = { ...view, ...fitted(view, [0, 0, 400, 200], 100, 100) };
          near([whole.k], [0.25]); // the longer side fills the window whatever way it hangs
          near(onScreen(whole, 200, 100), [50, 50]);
        }
        assert.equal(hangingWords({ turn: 0 }), "");
        assert.equal(hangingWords({ turn: 2, flip: true }), "turned 180° · MIRRORED");
        const ruler = new Ruler();
        ruler.toggle(); ruler.start([10, 10]); ruler.to = [40, 50];
        assert.equal(ruler.words(0.2), "10.0 mm"); // 3-4-5
        assert.equal(ruler.words(null), "50 pixels; the film tells no size in mm");
        assert.match(ruler.marks(([x, y]) => [x, y], 0.2), /10\\.0 mm/);
        ruler.toggle();
        assert.equal(ruler.marks(([x, y]) => [x, y], 0.2), "");
    """)
    done = subprocess.run(["node", "try.js"], cwd=tmp_path, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
