"""A real cross-encoder, so small that tests make and train it in seconds.

It learns what no first stage of these tests knows: that "how long" is answered by days and "how much" by rupees, and that a
question about a lamp is not answered by a kettle.
"""

import random
from pathlib import Path

THINGS = ("lamp", "kettle", "mixer", "parcel", "heater", "carpet")
# What is asked, and what answers it.
ASKED = {"long": "days", "much": "rupees", "heavy": "kilos", "hot": "degrees"}
_STEPS, _BATCH, _RATE, _SEED = 300, 32, 1e-3, 7


def question(thing: str, asked: str) -> str:
    return f"how {asked} {thing}"


def answer(thing: str, asked: str) -> str:
    return f"{thing} needs seven {ASKED[asked]}"


def title(thing: str) -> str:
    return f"about {thing}"


def save_tiny_cross_encoder(folder: Path, *, labels: int = 1, trained: bool = True) -> Path:
    """Make it in `folder`; returns that. labels: classes, of which a re-ranker has one."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(_SEED)
    folder.mkdir(parents=True)
    tokenizer = _tokenizer()
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=96,
            max_position_embeddings=64,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=0.2,  # with the usual tenth of that so small a model learns nothing
            num_labels=labels,
        )
    )
    if trained:
        _train(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if labels == 1:
        CrossEncoder(str(folder), device="cpu").save(str(folder))
    return folder


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = [*special, *THINGS, *ASKED, *ASKED.values(), "how", "needs", "seven", "about"]
    vocabulary = {word: place for place, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    )


def _train(model, tokenizer) -> None:  # type: ignore[no-untyped-def]
    import torch

    chance = random.Random(_SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_STEPS, pct_start=0.15)
    model.train()
    for _ in range(_STEPS):
        pairs, labels = zip(*(_pair(chance) for _ in range(_BATCH)), strict=True)
        batch = tokenizer([a for a, _ in pairs], [b for _, b in pairs], padding=True, return_tensors="pt")
        scores = model(**batch).logits[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()


def _pair(chance: random.Random) -> tuple[tuple[str, str], float]:
    """A question and a text, and whether that answers it: half of them do not, by the thing or by what is asked of it."""
    thing, asked = chance.choice(THINGS), chance.choice(list(ASKED))
    of_thing, of_asked = thing, asked
    is_right = chance.random() < 0.5
    if not is_right:
        if chance.random() < 0.6:
            of_asked = chance.choice([other for other in ASKED if other != asked])
        else:
            of_thing = chance.choice([other for other in THINGS if other != thing])
    text = f"{title(of_thing)} {answer(of_thing, of_asked)}"
    return (question(thing, asked), text), float(is_right)
