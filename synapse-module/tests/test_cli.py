"""The operator's commands."""

from __future__ import annotations

import sqlite3

import pytest
import yaml
from papers import Portal
from synapse_processes import base_config, module_config

from tillit_synapse import store
from tillit_synapse.cli import _Cursor, main
from tillit_synapse.laws import state
from tillit_synapse.settings import read_settings

NAME = "chat.agency.example"


class Txn(_Cursor):
    """A cursor as Synapse gives one, on SQLite."""

    database_engine = None


def config(folder, whitelist=(), **over):
    portal = Portal(NAME)
    return portal, base_config(folder, NAME, module_config(portal, **over), list(whitelist))


def test_check_is_content_with_good_settings(tmp_path, capsys):
    _, file = config(tmp_path)
    assert main(["check", "-c", str(file)]) == 0
    assert "in order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"federation_domain_whitelist": None}, "federation_domain_whitelist: []"),
        ({"federation_domain_whitelist": ["a.example"]}, "before_first_list"),
        ({"modules": []}, "exactly once"),
        ({"server_name": 7}, "server_name"),
    ],
)
def test_check_says_what_to_write(tmp_path, capsys, change, says):
    _, file = config(tmp_path)
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **change}))
    assert main(["check", "-c", str(file)]) == 1
    assert says in capsys.readouterr().err


def test_check_names_every_wrong_setting_at_once(tmp_path, capsys):
    _, file = config(tmp_path, root_keys={}, lease_ms="long", colour="red", local_deny_file=str(tmp_path / "none"))
    assert main(["check", "-c", str(file)]) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in ("root_keys", "lease_ms", "colour", "local deny list"))


def test_export_static_writes_what_is_in_force_less_the_local_deny_list(tmp_path, capsys):
    deny = tmp_path / "deny"
    deny.write_text("c.example\n")
    portal, file = config(tmp_path, local_deny_file=str(deny))
    rules = read_settings(module_config(portal), NAME).rules
    with sqlite3.connect(tmp_path / "hs.db") as link:
        txn = Txn(link.cursor(), str)
        store.create_tables(txn)
        keyset, papers = portal.keyset(), portal.list(3, "b.example", "c.example")
        store.change(txn, lambda held: state.accept_keyset(held, keyset, rules, portal.at), keyset)
        store.change(txn, lambda held: state.accept_list(held, papers, rules, portal.at), papers)
    assert main(["export-static", "-c", str(file)]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == {"federation_domain_whitelist": ["b.example"]}


def test_export_static_before_any_list_leaves_the_server_open(tmp_path, capsys):
    _, file = config(tmp_path)
    with sqlite3.connect(tmp_path / "hs.db") as link:
        store.create_tables(Txn(link.cursor(), str))
    assert main(["export-static", "-c", str(file)]) == 0
    assert yaml.safe_load(capsys.readouterr().out) is None
