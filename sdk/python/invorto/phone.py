"""Telephone numbers."""
import re


def validate_phone_number(number: str) -> bool:
    """7 to 15 digits that do not begin with 0; spaces, dashes, dots and brackets between them do not matter."""
    return bool(re.fullmatch(r"\+?[1-9]\d{6,14}", re.sub(r"[\s().-]", "", number)))


def format_phone_number(number: str, country_code: str = "+91") -> str:
    """As E.164. What begins with + is kept; a leading 0 is the trunk's; ten digits are of `country_code`."""
    digits, country = re.sub(r"[\s().-]", "", number), country_code.replace("+", "")
    if digits.startswith("+"):
        return digits
    if digits.startswith("0"):
        return f"+{country}{digits[1:]}"
    return f"+{country}{digits}" if len(digits) == 10 or not digits.startswith(country) else f"+{digits}"
