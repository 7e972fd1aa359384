"""How near a sentence is to what says the same in another language, and to what is near it and says something else.

The texts of the sample's flows stand there in three languages: each is compared with itself in the other two, and with the other
steps of its flow. `python scripts/fit/composing_likeness.py` prints what docs/experiments/0039 cites.
"""

import numpy as np

from indexer.encoders.opening import open_encoder
from kb.articles.flow_files import load_flows
from kb.assist.composing_check import denies
from kb.assist.leak_guard import encode_sentence
from kb.assist.public_sentences import PublicSentences
from kb.core.settings import PROJECT_ROOT, load_settings
from kb.service.fact_kinds import FactKind
from kb.text.number_values import number_values


def main() -> None:
    encoder = open_encoder(load_settings())
    pieces = PublicSentences(encoder)
    kinds = frozenset(kind.value for kind in FactKind)
    same, other, other_alike = [], [], []
    for flow in load_flows(PROJECT_ROOT / "articles" / "flows", fact_kinds=kinds).flows.values():
        steps = [step.texts for step in flow.steps.values()]
        for written in ("en", "hi", "bn"):
            for quoted in {"en", "hi", "bn"} - {written}:
                vectors = pieces.vectors_of([texts[quoted] for texts in steps])
                for place, texts in enumerate(steps):
                    scores = vectors @ encode_sentence(encoder, texts[written])
                    for number, score in enumerate(scores.tolist()):
                        if number == place:
                            same.append(score)
                            continue
                        other.append(score)
                        quote = steps[number][quoted]
                        numbers = number_values(texts[written]) <= number_values(quote)
                        if numbers and denies(texts[written]) == denies(quote):
                            other_alike.append(score)
    for threshold in np.arange(0.5, 0.96, 0.02):
        kept, wrong, alike = (float((np.array(scores) >= threshold).mean()) for scores in (same, other, other_alike))
        print(
            f"{threshold:.2f}  the same kept {kept:.3f}  another one kept {wrong:.3f}, numbers and denial alike {alike:.3f}"
        )
    print(f"{len(same)} pairs of the same, {len(other)} of others, {len(other_alike)} of them alike")


if __name__ == "__main__":
    main()
