"""How numbers are written for people: digits grouped, significant digits kept, units attached."""

import math

THIN_SPACE = "\u202f"
MINUS = "\u2212"


def grouped(value: int) -> str:
    """``value`` with thousands set apart by a narrow no-break space: 842 310."""
    text = f"{abs(value):,}".replace(",", THIN_SPACE)
    return MINUS + text if value < 0 else text


def significant(value: float, digits: int = 3) -> str:
    """``value`` rounded to ``digits`` significant digits, without exponents between 0.0001 and a billion."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else MINUS + "∞")
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size >= 9:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa.replace('-', MINUS)}×10{_superscript(int(exponent))}"
    rounded = round(value, digits - 1 - size)
    if float(rounded).is_integer():
        return grouped(int(rounded))
    decimals = max(0, digits - 1 - size)
    whole, _, fraction = f"{abs(rounded):.{decimals}f}".partition(".")
    fraction = fraction.rstrip("0")
    text = grouped(int(whole)) + (f".{fraction}" if fraction else "")
    return MINUS + text if rounded < 0 else text


def signed(value: float) -> str:
    """A change with its sign, to two decimals: +3.25."""
    rounded = round(float(value), 2)
    text = grouped(int(rounded)) if rounded.is_integer() else f"{rounded:.2f}".rstrip("0").replace("-", MINUS)
    return f"+{text}" if rounded > 0 else text


def compact(value: float) -> str:
    """``value`` in at most four characters and a unit: 27.0k, 1.2M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return significant(value / (1e3 if unit == "k" else limit), 3) + unit
    return grouped(int(value)) if float(value).is_integer() else significant(value, 3)


def p_value(value: float) -> str:
    """A p-value as it is reported: three digits, and only a bound below one in ten thousand."""
    if math.isnan(value):
        return "–"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}".rstrip("0").rstrip(".") if value < 0.01 else f"{value:.3f}"


def byte_size(value: float) -> str:
    """A number of bytes in decimal units with three significant digits: 1.93 MB."""
    for limit, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= limit:
            return f"{significant(value / limit, 3)}\u00a0{unit}"
    return f"{int(value)}\u00a0B"


def period(seconds: float) -> str:
    """How often something happens, in the largest unit that is whole: "hour", "6 hours".

    >>> [period(3600), period(86400 * 2), period(90)]
    ['hour', '2 days', '90 seconds']
    """
    units = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, length = next(each for each in units if seconds % each[1] == 0)
    count = int(seconds // length)
    return unit if count == 1 else f"{count} {unit}s"


def percent(value: float, digits: int = 1) -> str:
    """A share between 0 and 1 as a percentage; a share that is not zero never reads as zero, nor 99.99 as 100."""
    if not math.isfinite(value):
        return "–"
    shown = round(value * 100, digits)
    step = 10**-digits
    if value > 0 and shown == 0:
        return f"< {step:.{digits}f} %"
    if value < 1 and shown == 100:
        return f"> {100 - step:.{digits}f} %"
    return f"{shown:.{digits}f}".rstrip("0").rstrip(".") + " %" if digits else f"{shown:.0f} %"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
