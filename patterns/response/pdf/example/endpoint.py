"""GET /pdf: A PDF."""

from fastapi import APIRouter, Response

from app.http.downloads import Download
from app.http.openapi import documented

router = APIRouter()

download = Download("document.pdf", disposition="inline")


def document() -> bytes:
    """Return the PDF's bytes; replace with what your library makes, such as `bytes(pdf.output())`.

    A PDF is a list of numbered objects, and a table of where each of them begins (ISO 32000).
    """
    text = "BT /F1 24 Tf 72 760 Td (Example) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    pdf, table = "%PDF-1.4\n", "0000000000 65535 f \n"
    for number, content in enumerate(objects, start=1):
        table += f"{len(pdf):010} 00000 n \n"
        pdf += f"{number} 0 obj\n{content}\nendobj\n"
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(pdf)}\n%%EOF\n"
    return f"{pdf}xref\n0 {size}\n{table}{trailer}".encode("ascii")


@router.get(
    "/pdf",
    response_class=Response,
    responses=documented(200, download, media_type="application/pdf"),
)
def get_pdf() -> Response:
    """Answer with the PDF."""
    response = Response(document(), media_type="application/pdf")
    download.apply(response)
    return response
