"""QR codes as inline SVG: drawn here, so no other host sees the secret, and without style attributes for the CSP."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString


def qr_svg(text: str, *, title: str) -> SafeString:
    """A QR code of ``text`` with the quiet zone of four modules; dark on white in every theme, for cameras."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="232" height="232" role="img" '
        'aria-label="{}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{}v{}H0z"></path>'
        '<path fill="#000" d="{}"></path></svg>',
        len(matrix),
        len(matrix),
        title,
        len(matrix),
        len(matrix),
        path,
    )
