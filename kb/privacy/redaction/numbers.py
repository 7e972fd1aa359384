"""What identifies a person or unlocks something of theirs by digits, in the order of priority.

Imported when a text has digits: with the patterns and the library of telephone numbers it takes a tenth of a second.
"""

from functools import partial

from kb.privacy.redaction import codes, identity, money, references
from kb.privacy.redaction.features import Features
from kb.privacy.redaction.phones import find_phones
from kb.privacy.redaction.quantities import find_quantities
from kb.privacy.redaction.spans import Canvas


def claim_numbers(canvas: Canvas, seen: Features, region: str) -> None:
    """Of a text with digits."""
    if seen.four_digits:
        canvas.apply(money.find_ibans)
        canvas.apply(identity.find_pans, cased=True)
    if seen.document:
        canvas.apply(identity.find_named_documents)
    if seen.seven_digits:
        canvas.apply(identity.find_licences)
        canvas.apply(references.find_device_numbers)
    if seen.twelve_digits:
        canvas.apply(money.find_cards)
    if seen.card_code:
        canvas.apply(codes.find_card_codes)
    if seen.code:
        canvas.apply(codes.find_divided_codes)
    canvas.apply(references.find_harmless)
    if seen.error:
        canvas.apply(references.find_error_numbers)
    if seen.six_digits or seen.seven_digits:
        canvas.apply(references.find_references)
        canvas.apply(references.find_references_before)
    if seen.twelve_digits:
        canvas.apply(identity.find_aadhaar)
    if seen.seven_digits:
        canvas.apply(money.find_accounts)
        canvas.apply(money.find_accounts_by_branch)
        canvas.apply(find_quantities)
        canvas.apply(partial(find_phones, region=region))
    if seen.digit_words:
        canvas.apply(codes.find_digits)
    if seen.code:
        canvas.apply(codes.find_codes_after)
        canvas.apply(codes.find_codes_far_after)
        canvas.apply(codes.find_codes_before)
        canvas.apply(codes.find_told_codes)
        canvas.apply(codes.find_further_codes)
