"""Bars and squares that machines read, as SVG: the number of a statement for the mail room, the link for a phone. Pure.

Bars are Code 128, subset B (ISO/IEC 15417): a start, one symbol a character, a check symbol modulo 103, a stop; each
symbol is three bars and three spaces whose widths are given in modules. Squares are a QR code (ISO/IEC 18004).
"""

from functools import lru_cache

import qrcode

#: Widths of bar, space, bar, ... of the symbols 0 to 106, in modules.
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_WIDTHS = _TABLE.split()
_START_B, _STOP, _MODULUS = 104, 106, 103
_QUIET = 10  # modules of white on each side


def symbols(text: str) -> list[int]:
    """The Code 128 symbols of printable ASCII, with start, check and stop. Raises `ValueError` for other characters."""
    if not text or any(not " " <= sign <= "~" for sign in text):
        raise ValueError("only printable ASCII can be coded in bars")
    values = [ord(sign) - 32 for sign in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % _MODULUS
    return [_START_B, *values, check, _STOP]


def bars_svg(text: str, *, height: int = 30) -> str:
    """`text` in bars."""
    path, at = [], _QUIET
    for symbol in symbols(text):
        for place, width in enumerate(map(int, _WIDTHS[symbol])):
            if place % 2 == 0:
                path.append(f"M{at} 0h{width}v{height}h-{width}z")
            at += width
    return _svg("".join(path), at + _QUIET, height)


@lru_cache(maxsize=64)
def squares_svg(link: str) -> str:
    """`link` as a QR code of medium error correction with its white margin."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(link)
    code.make(fit=True)
    rows = code.get_matrix()
    path = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return _svg("".join(path), len(rows), len(rows))


def _svg(path: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<path d="{path}" fill="#000"/></svg>'
    )
