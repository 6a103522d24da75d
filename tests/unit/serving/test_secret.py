"""The deployment's secret: made once, kept for its owner alone, different for each purpose."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from legalbot.serving import secret
from legalbot.settings import SettingError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(secret, "VAR", tmp_path)
    monkeypatch.delenv(secret.SECRET, raising=False)
    secret._secret.cache_clear()
    yield
    secret._secret.cache_clear()


def test_it_is_made_once_and_read_by_its_owner_alone(tmp_path):
    first = secret.key_for("tickets")
    secret._secret.cache_clear()
    assert secret.key_for("tickets") == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_processes_that_start_together_agree(tmp_path):
    with ThreadPoolExecutor(8) as starting:
        made = set(starting.map(lambda _: secret._own(tmp_path / "secret"), range(32)))
    assert len(made) == 1


def test_one_purpose_does_not_tell_another():
    assert secret.key_for("tickets") != secret.key_for("names")
    assert secret.pseudonym("names", "openid-1") != secret.pseudonym("names", "openid-2")
    assert "openid-1" not in secret.pseudonym("names", "openid-1")


def test_another_deployment_has_other_names(monkeypatch):
    names = set()
    for given in ("a" * 32, "b" * 32):
        monkeypatch.setenv(secret.SECRET, given)
        secret._secret.cache_clear()
        names.add(secret.pseudonym("names", "openid-1"))
    assert len(names) == 2


@pytest.mark.parametrize("short", ["", "x" * 31])
def test_a_short_secret_is_refused_by_name(short, monkeypatch):
    monkeypatch.setenv(secret.SECRET, short)
    with pytest.raises(SettingError, match=secret.SECRET):
        secret.key_for("tickets")
