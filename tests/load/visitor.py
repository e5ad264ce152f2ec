"""A browser session without a browser: Streamlit's own protocol over a websocket, always to 127.0.0.1."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

PATIENCE_S = 300.0


class Visitor:
    """One session on a page of the app. `run` sends widget states and waits for the end of the run it caused."""

    def __init__(self, port: int, page: str = "score_films", *, cookies: Mapping[str, str] | None = None) -> None:
        """`cookies` are those of who signed in, at http://localhost."""
        self._base, self._page, self.hash = f"http://127.0.0.1:{port}", page, ""
        with urllib.request.urlopen(f"{self._base}/_stcore/health", timeout=PATIENCE_S) as answer:
            given = answer.headers.get_all("Set-Cookie") or []
        jar = dict(cookie.split(";")[0].split("=", 1) for cookie in given) | dict(cookies or {})
        self._token = jar.get("_streamlit_xsrf", "")
        self._socket: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=["streamlit", self._token or "none"],  # type: ignore[list-item]
            max_size=2**27,
            open_timeout=PATIENCE_S,
            origin=Origin(f"http://localhost:{port}") if cookies else None,
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())},
        )
        self.session = ""
        self.elements: dict[str, Any] = {}  # widgets of the last run: kind and last part of the id, to the element
        self.texts: list[str] = []
        self.polls: set[str] = set()  # fragments that the page wants to be run again and again
        self.exceptions: list[str] = []
        self.redirect = ""  # where the page sends the browser for a sign-in
        self._states: dict[str, WidgetState] = {}  # a browser sends all of them with every run
        self.run()

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def run(self, *states: WidgetState, fragment: str = "") -> float:
        """One run of the page; the seconds until it was done."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.hash
        if not self.hash:
            message.rerun_script.page_name = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        self._states |= {state.id: state for state in states}
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        self._states = {name: s for name, s in self._states.items() if s.WhichOneof("value") != "trigger_value"}
        begin = time.monotonic()
        self._socket.send(message.SerializeToString())
        whole = not fragment
        while True:  # a page that calls st.rerun is run twice
            if whole:
                self.elements, self.texts, self.polls = {}, [], set()
            if self._until_done() != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
            whole = True
        return time.monotonic() - begin

    def _until_done(self) -> int:
        while True:
            message = self._receive()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
            elif kind == "navigation":
                self.hash = message.navigation.page_script_hash
            elif kind == "auto_rerun":
                self.polls.add(message.auto_rerun.fragment_id)
            elif kind == "auth_redirect":
                self.redirect = message.auth_redirect.url
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._take(message.delta.new_element)
            elif kind == "script_finished":
                return message.script_finished

    def _receive(self) -> ForwardMsg:
        data = self._socket.recv(timeout=PATIENCE_S)
        message = ForwardMsg()
        message.ParseFromString(data)  # type: ignore[arg-type]
        return message

    def _take(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        inner = getattr(element, kind)
        if kind == "exception":
            self.exceptions.append(f"{inner.type}: {inner.message}")
        if kind in ("markdown", "alert", "html", "text"):
            self.texts.append(str(getattr(inner, "body", "")))
        name = getattr(inner, "id", "")
        if kind == "bidi_component":
            self.elements[inner.component_name] = inner
        elif name:
            self.elements[f"{kind} {name.rsplit('-', 1)[-1]}"] = inner

    # What a person does

    def press(self, key: str) -> float:
        """Press a button."""
        return self.run(WidgetState(id=self.elements[f"button {key}"].id, trigger_value=True))

    def understand(self) -> float:
        """Answer the notice and wait for the sample; the seconds until the case is there."""
        begin = time.monotonic()
        if "button understood" in self.elements:
            self.press("understood")
        self.until(lambda: "film_viewer" in self.elements)
        return time.monotonic() - begin

    def until(self, there: Callable[[], bool], every_s: float = 0.3) -> float:
        """Run the fragments that the page polls, as a browser does, until something is there; the seconds that took."""
        begin = time.monotonic()
        while not there():
            if time.monotonic() - begin > PATIENCE_S:
                raise TimeoutError("the page did not come so far")
            time.sleep(every_s)
            self.poll()
        return time.monotonic() - begin

    def poll(self) -> None:
        """Run once what the page polls."""
        for fragment in sorted(self.polls) or [""]:
            self.run(fragment=fragment)

    @property
    def viewer(self) -> Mapping[str, Any]:
        """What the film viewer was told."""
        return json.loads(self.elements["film_viewer"].json)

    def edit(self, number: int) -> float:
        """Give points to a joint, as a key in the viewer does; the seconds until the page was drawn anew."""
        seen = self.viewer
        joint = seen["joints"][number % len(seen["joints"])]
        damage = "E" if "E" in joint else "J"
        value = (joint[damage]["points"] or 0) ^ 1  # differs from what is there
        action = {
            "n": seen["acked"] + 1,
            "do": "points",
            "film": seen["film"],
            "joint": joint["name"],
            "damage": damage,
        }
        state = json.dumps({"outbox": [action | {"value": value}]})
        took = self.run(WidgetState(id=self.elements["film_viewer"].id, json_value=state))
        cell = next(j for j in self.viewer["joints"] if j["name"] == joint["name"])[damage]
        if cell["points"] != value:
            raise AssertionError(f"the edit of {joint['name']} did not arrive")
        return took

    def picture(self, address: str) -> int:
        """Ask for a film's picture, as anybody who knows its address can; the status of the answer."""
        try:
            with urllib.request.urlopen(urljoin(f"{self._base}/", address), timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def upload(self, files: Mapping[str, bytes]) -> list[int]:
        """Put files into the drop zone; the server's answer to each."""
        zone = next(e for name, e in self.elements.items() if name.startswith("file_uploader upload"))
        request = BackMsg()
        request.file_urls_request.request_id = str(uuid.uuid4())
        request.file_urls_request.file_names.extend(files)
        request.file_urls_request.session_id = self.session
        self._socket.send(request.SerializeToString())
        message = self._receive()
        while message.WhichOneof("type") != "file_urls_response":
            message = self._receive()
        state, answers = FileUploaderState(), []
        for (name, data), urls in zip(files.items(), message.file_urls_response.file_urls, strict=True):
            answers.append(self._put(urls.upload_url, name, data))
            if answers[-1] == 204:
                state.uploaded_file_info.add(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        self.run(WidgetState(id=zone.id, file_uploader_state_value=state))
        return answers

    def _put(self, path: str, name: str, data: bytes) -> int:
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        request = urllib.request.Request(
            self._base + path,
            data=head + data + f"\r\n--{mark}--\r\n".encode(),
            method="PUT",
            headers={
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "X-Xsrftoken": self._token,
                "Cookie": f"_streamlit_xsrf={self._token}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def score(self, files: Mapping[str, bytes], *, wait: bool = True) -> float:
        """Upload films and have them scored; the seconds from the button to the scored case."""
        self.upload(files)
        begin, before = time.monotonic(), self.viewer["film"]
        self.press("score_files")
        if wait:
            self.until(lambda: not self.scoring)
        if not self.scoring and self.viewer["film"] == before:
            raise AssertionError(f"the films were not taken: {self.texts}")
        return time.monotonic() - begin

    @property
    def scoring(self) -> bool:
        """Whether films of this session are being read: the case in view stays until they are."""
        return "button cancel_job" in self.elements or "film_viewer" not in self.elements
