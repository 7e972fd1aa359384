"""Text as such: cleaning, words, stems, languages, phonetic keys, transliteration, spelling, HTML to text. Pure functions."""
