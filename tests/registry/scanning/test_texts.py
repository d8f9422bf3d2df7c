"""Texts beside models in a folder: clean up to the last byte, or held when something would read them as code."""

import io

import pytest

from registry.scanning.engine import scan


def verdict(content: bytes, path: str = "README.md") -> tuple[str, str]:
    found = scan(io.BytesIO(content), path)
    return found.verdict, found.format


@pytest.mark.parametrize(
    "text",
    [
        "License\nall rights\n", "channels:\n- conda-forge\ndependencies:\n- python=3.11\n", "# Read me\n",
        "artifact_path: model\nflavors:\n  python_function: {}\n", '{"vocab": {"a": 1}}\n', "(see below)\n", "Straße\n",
        "mlflow==2.1\nnumpy\n", '{"chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}"}\n',
    ],
)  # fmt: skip
def test_texts_of_honest_folders_are_clean(text: str) -> None:
    assert verdict(text.encode()) == ("clean", "text")


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", "notes.txt"),
        (b"(S'true'\nios\nsystem\n.", "notes.txt"),
        (b"#!/bin/sh\ntrue\n", "run"),
        (b"print(1)\n", "code/load.py"),
        (b"x: !!python/object/apply:os.system [true]\n", "MLmodel"),
        (b'{"chat_template": "{{ \'\'.__class__.__mro__ }}"}', "tokenizer_config.json"),
        (b"text\xff\xfe", "notes.txt"),
        (b"text " * 300_000 + b"\x00", "notes.txt"),
        (b"hello\n", "model.pkl"),
    ],
)
def test_what_something_may_run_is_held(content: bytes, path: str) -> None:
    assert verdict(content, path)[0] == "quarantine"


def test_a_text_by_itself_is_no_model() -> None:
    """Only beside models."""
    assert verdict(b"hello\n", "") == ("quarantine", "unknown")
