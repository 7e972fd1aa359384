"""Texts that smell of danger: smoke, a swollen battery, a shock, gas, an injury, self-harm, a fraud under way.

| module | what |
|---|---|
| `rules` | what a trainer writes (lists of words, lines of what together is danger, ordinary senses) and its reading |
| `word_keys` | words in the ways they are spelled |
| `places` | where words and phrases of the lists stand in a text |
| `combinations` | lists that stand close to each other |
| `negation` | "no smoke", "dhua nahi nikal raha" |
| `finder` | a text to the kinds of danger in it |
| `defaults` | the rules that are shipped |

Pure and deterministic: the same rules and text give the same kinds.
"""
