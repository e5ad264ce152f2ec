"""The scripts of the components: every module that one imports stands in what the browser gets, once."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pages.widgets.shared.inline_component import SHARED, script

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
