"""The numbers of a text by what they are worth, in digits of any script or in words: "₹2,000", "two thousand", दो हज़ार, ২ হাজার.

Words are those for sums, times and counts in English, Hindi and Bengali, the latter two also in Latin letters. "One" is left out:
it mostly counts nothing.
"""

import unicodedata

import regex

from kb.text.words import LETTER_CLASS

_WORDS = """
2 two do dui twice दो दुई দুই দু দুটো দুটি দুবার
3 three teen tin तीन তিন তিনটে তিনটি তিনবার thrice
4 four char चार চার চারটে
5 five paanch panch पाँच पांच পাঁচ পাঁচটা
6 six chhe chhoy छह छः ছয় ছটা
7 seven saat shat सात সাত
8 eight aath aat आठ আট আটটা
9 nine nau noy नौ নয়
10 ten das dosh दस দশ দশটা
11 eleven gyarah egaro ग्यारह এগারো
12 twelve barah baro बारह বারো dozen
14 fourteen fortnight chaudah choddo चौदह চোদ্দ
15 fifteen pandrah ponero पंद्रह पन्द्रह পনেরো
18 eighteen atharah अठारह আঠারো
20 twenty bees bish kuri बीस বিশ কুড়ি
24 चौबीस চব্বিশ
25 पच्चीस pachees পঁচিশ ponchish
30 thirty tees trish तीस ত্রিশ তিরিশ
40 forty chalis chollish चालीस চল্লিশ
48 अड़तालीस আটচল্লিশ
50 fifty pachas panchash पचास পঞ্চাশ
60 sixty saath shat साठ ষাট
70 seventy sattar sottor सत्तर সত্তর
72 बहत्तर বাহাত্তর
80 eighty assi ashi अस्सी আশি
90 ninety nabbe nobboi नब्बे नब्बै নব্বই
100 hundred sau sow eksho सौ একশো একশ
200 duisho dosau दोसौ দুশো দুইশো
500 paanchsau panchsho पाँचसौ পাঁচশো
1000 thousand hazaar hazar hajar हज़ार हजार হাজার
100000 lakh lac lacs lakhs लाख লাখ লক্ষ
10000000 crore crores करोड़ কোটি
"""
_VALUES = {
    unicodedata.normalize("NFC", word): float(line.split()[0])
    for line in _WORDS.strip().splitlines()
    for word in line.split()[1:]
}
_MULTIPLIERS = frozenset({100.0, 1000.0, 100_000.0, 10_000_000.0})
_TOKEN = regex.compile(rf"\d[\d,]*(?:\.\d+)?(?:k\b)?|[{LETTER_CLASS}]+", regex.IGNORECASE)
_LONGEST = 18  # digits that are worth something; what is longer is a name


def number_word_pattern() -> str:
    """Of a regular expression: any of the words, in small letters."""
    return "|".join(sorted(map(regex.escape, _VALUES), key=len, reverse=True))


def number_values(text: str) -> frozenset[float]:
    """What the numbers of a text are worth, without 0 and 1. Never raises; linear in its length."""
    values: list[float] = []
    number = _Number()
    for token in _TOKEN.findall(plain_digits(text)):
        value = _value_of(token)
        if value is None or not number.take(value, in_digits=token[0].isdigit()):
            values.append(number.finish())
            if value is not None:
                number.take(value, in_digits=token[0].isdigit())
    values.append(number.finish())
    return frozenset(value for value in values if value > 1)


class _Number:
    """One number as it is read word by word: "two thousand five hundred", "5 lakh"."""

    def __init__(self) -> None:
        self._thousands, self._rest, self._is_open = 0.0, 0.0, False

    def take(self, value: float, *, in_digits: bool) -> bool:
        """Whether the word goes on with the number; False where it begins another one."""
        if not self._is_open:
            self._rest, self._is_open = value, True
        elif in_digits:
            return False
        elif value in _MULTIPLIERS and self._rest < value:
            self._rest = (self._rest or 1.0) * value
        elif value < (_step(self._rest) if self._rest else 1000.0):
            self._rest += value
        else:
            return False
        if value >= 1000 and value in _MULTIPLIERS:
            self._thousands, self._rest = self._thousands + self._rest, 0.0
        return True

    def finish(self) -> float:
        """What it is worth; the next word begins another one."""
        worth = self._thousands + self._rest
        self._thousands, self._rest, self._is_open = 0.0, 0.0, False
        return worth


def _step(value: float) -> float:
    """Below what a word may be added: 100 to hundreds, 10 to tens."""
    return 100.0 if value % 100 == 0 else 10.0 if value % 10 == 0 else 0.0


def _value_of(token: str) -> float | None:
    if not token[0].isdigit():
        return _VALUES.get(token.lower())
    thousands = 1000 if token[-1] in "kK" else 1
    digits = token.rstrip("kK").replace(",", "")
    return float(digits) * thousands if len(digits) <= _LONGEST else None


def plain_digits(text: str) -> str:
    """The text with digits of all scripts as 0 to 9, NFC."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
