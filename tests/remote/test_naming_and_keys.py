"""What names of servers stand for, and that keys hide."""

import copy
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from novelgen.config import load_settings
from novelgen.errors import ModelError, NotFoundError, NovelgenError, UsageError
from novelgen.paths import resolve_paths
from novelgen.remote.access import require_remote_extra
from novelgen.remote.keys import ANY_SERVER_VARIABLE, ApiKey, find_key, how_to_give_a_key
from novelgen.remote.naming import Server, server_named
from novelgen.server_settings import ServerSettings

KEY = "sk-planted-0123456789abcdef"
DESK = ServerSettings(url="http://127.0.0.1:8080/v1/", model="m", key_env="DESK_KEY")


class MemoryKeyring(KeyringBackend):
    """A keyring for a test, which may be locked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, entries: dict[tuple[str, str], str], *, is_locked: bool = False) -> None:
        super().__init__()
        self._entries, self._is_locked = entries, is_locked

    def get_password(self, service: str, username: str) -> str | None:
        if self._is_locked:
            raise KeyringError("locked")
        return self._entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._entries[service, username]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring({}))
    for name in ("DESK_KEY", ANY_SERVER_VARIABLE, "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    yield
    keyring.set_keyring(before)


def named(name: str) -> Server:
    return server_named(name, {"desk": DESK})


def test_a_name_is_a_section_or_an_address() -> None:
    desk = named("server:desk")
    assert (desk.name, desk.short_name, desk.settings) == ("server:desk", "desk", DESK)
    assert desk.settings.url == "http://127.0.0.1:8080/v1"
    assert desk.root == "http://127.0.0.1:8080"
    direct = named("server:http://10.0.0.7:1234/v1/#some/model:8b")
    assert direct.settings.model == "some/model:8b"
    assert direct.name == "server:http://10.0.0.7:1234/v1#some/model:8b"
    assert [desk.is_here, direct.is_here] == [True, False]
    assert desk.fingerprint != direct.fingerprint


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("server:elsewhere", NotFoundError, "there are: desk"),
        ("server:", NotFoundError, "there are: desk"),
        ("elsewhere", UsageError, "no server"),
        (f"server:http://me:{KEY}@127.0.0.1:9/v1#m", UsageError, "key_env"),
        (f"server:http://{KEY}@127.0.0.1:9/v1#m", UsageError, "key_env"),
        (f"server:http://127.0.0.1:9/v1?key={KEY}#m", UsageError, "key_env"),
        ("server:http://127.0.0.1:9/v1", UsageError, "the model is missing"),
        ("server:ftp://127.0.0.1/v1#m", UsageError, "http://HOST:PORT/v1"),
        ("server:http://[/v1#m", UsageError, "http://HOST:PORT/v1"),
        ("server:http://127.0.0.1:99999/v1#m", UsageError, "http://HOST:PORT/v1"),
        (f"server:http://127.0.0.1:99999/{KEY}#m", UsageError, "http://HOST:PORT/v1"),
        ("server:http:///v1#m", UsageError, "http://HOST:PORT/v1"),
    ],
)
def test_names_that_stand_for_no_server(name: str, kind: type[NovelgenError], said: str) -> None:
    with pytest.raises(kind) as caught:
        named(name)
    error = caught.value
    assert said in error.message + error.remedy
    assert error.remedy
    assert KEY not in "".join(traceback.format_exception(error)) + error.remedy


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"api_key": KEY}, "key_env"),
        ({"body": {"Api_Key": KEY}}, "key_env"),
        ({"body": {"headers": [{"Authorization": f"Bearer {KEY}"}]}}, "key_env"),
        ({"key_env": KEY}, "name of an environment variable"),
        ({"url": f"http://user:{KEY}@host/v1"}, "may hold a key"),
        ({"prize_in": 3}, "prize_in"),
        ({"price_in": KEY}, "price_in"),
        ({"api": KEY}, "api"),
    ],
)
def test_a_key_in_the_configuration_file_is_refused_and_not_repeated(
    tmp_path: Path, fields: dict[str, object], said: str
) -> None:
    file = tmp_path / "config.toml"
    whole = {"url": "http://127.0.0.1:9/v1", "model": "m", **fields}
    lines = [f"{name} = {_toml(value)}" for name, value in whole.items()]
    file.write_text("\n".join(["[servers.desk]", *lines]))
    with pytest.raises(UsageError) as caught:
        load_settings(resolve_paths(tmp_path), file)
    assert said in caught.value.message
    assert "desk" in caught.value.message
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caught.value.remedy


def test_a_server_has_a_plain_name(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[servers."My Desk"]\nurl = "http://127.0.0.1:9/v1"\nmodel = "m"\n')
    with pytest.raises(UsageError, match="small letters"):
        load_settings(resolve_paths(tmp_path), file)


def revealed(server: Server) -> str | None:
    key = find_key(server)
    return None if key is None else key.reveal()


def test_a_key_comes_from_its_variable_or_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = named("server:desk")
    assert revealed(desk) is None
    keyring.set_keyring(MemoryKeyring({("novelgen", "desk"): "from-keyring"}))
    assert revealed(desk) == "from-keyring"
    monkeypatch.setenv("DESK_KEY", f" {KEY}\n")
    assert revealed(desk) == KEY
    monkeypatch.setenv("DESK_KEY", "")
    keyring.set_keyring(MemoryKeyring({}, is_locked=True))
    assert revealed(desk) is None
    assert "DESK_KEY" in how_to_give_a_key(desk)


def test_a_key_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    here, openai = (
        named("server:http://10.0.0.7:1/v1#m"),
        named("server:https://api.openai.com/v1#m"),
    )
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert revealed(here) is None  # one company's key is sent to no other
    assert revealed(openai) == KEY
    monkeypatch.setenv(ANY_SERVER_VARIABLE, "for-any")
    assert revealed(here) == "for-any"
    assert ANY_SERVER_VARIABLE in how_to_give_a_key(here)
    monkeypatch.delenv(ANY_SERVER_VARIABLE)
    keyring.set_keyring(MemoryKeyring({("novelgen", "10.0.0.7:1"): "kept"}))
    assert revealed(here) == "kept"


def test_a_key_hides(caplog: pytest.LogCaptureFixture) -> None:
    key = ApiKey(KEY)
    for shown in (repr(key), str(key), f"{key}", f"{[key]}", f"{key!r}"):
        assert KEY not in shown
    logging.getLogger("test").warning("%s", key)
    assert KEY not in caplog.text
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written"):
            write(key)
    assert not hasattr(key, "__dict__")
    assert key.scrubbed(f"Bearer {KEY}, sir") == "Bearer [key], sir"


@pytest.mark.parametrize("value", ["two words", "sk-ä", "sk\x00-1"])
def test_a_key_that_no_header_can_hold_is_refused_unseen(value: str) -> None:
    keyring.set_keyring(MemoryKeyring({("novelgen", "desk"): value}))
    with pytest.raises(UsageError, match="in the keyring") as caught:
        find_key(named("server:desk"))
    assert value not in caught.value.message


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    require_remote_extra()
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModelError) as caught:
        require_remote_extra()
    assert "pip install 'novelgen[remote]'" in caught.value.remedy
