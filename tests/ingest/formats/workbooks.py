"""Workbooks as small as their formats allow, written part by part."""

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Sheets = dict[str, Sequence[Sequence[object]]]

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OOXML = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_OOXML}/spreadsheetml/2006/main"'
_LINKS = f'xmlns="{_OOXML}/package/2006/relationships"'
_LINK = f"{_OOXML}/officeDocument/2006/relationships"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """An XLSX file; a cell is a string, a number, or (number, "date")."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINK}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    styles = f'<Relationship Id="rId99" Type="{_LINK}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_OOXML}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {_LINKS}><Relationship Id="rId1" Type="{_LINK}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_LINK}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {_LINKS}>{links}{styles}</Relationships>",
        "xl/styles.xml": f'<styleSheet {_MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for n, rows in enumerate(sheets.values(), start=1):
        lines = "".join(f'<row r="{r}">{_xlsx_cells(r, row)}</row>' for r, row in enumerate(rows, start=1))
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>"
    return _zipped(path, {name: _XML + xml for name, xml in parts.items()})


def _xlsx_cells(row: int, cells: Sequence[object]) -> str:
    return "".join(
        f'<c r="{chr(64 + column)}{row}"{_xlsx_cell(cell)}</c>'
        for column, cell in enumerate(cells, start=1)
        if cell != ""
    )


def _xlsx_cell(cell: object) -> str:
    if isinstance(cell, str):
        return f' t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is>'
    if isinstance(cell, tuple):
        return f' s="1"><v>{cell[0]}</v>'
    return f"><v>{cell}</v>"


def write_ods(path: Path, sheets: Sheets) -> Path:
    """An OpenDocument spreadsheet of strings."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    namespaces = "".join(f' xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    content = f"{_XML}<office:document-content{namespaces}><office:body><office:spreadsheet>{tables}"
    ends = "</office:spreadsheet></office:body></office:document-content>"
    manifest = f'{_XML}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"/>'
    return _zipped(path, {"mimetype": _ODS, "META-INF/manifest.xml": manifest, "content.xml": content + ends})


def _ods_row(row: Sequence[object]) -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
        for cell in row
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _zipped(path: Path, parts: dict[str, str]) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    path.write_bytes(packed.getvalue())
    return path


def write_xls(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A BIFF8 workbook of one sheet of strings, in its compound file of 512-byte sectors."""
    bof = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    end = _record(0x0A)
    name = b"\x06\x00Sheet1"
    start = len(bof) + len(_record(0x85, bytes(6) + name)) + len(end)
    sheet_bof = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    cells = (
        _record(0x204, struct.pack("<HHHHB", r, c, 0, len(cell), 1) + cell.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
    )
    stream = bof + _record(0x85, struct.pack("<IH", start, 0) + name) + end + sheet_bof + b"".join(cells) + end
    path.write_bytes(_compound(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")))
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """Sector 0 is the table of sectors, 1 the directory, the rest the stream."""
    sectors = len(stream) // 512
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, last, *range(3, 2 + sectors), last]
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, 1, 1, 0, 4096, last, 0, last, 0),
    )
    entries = _entry("Root Entry", 5, 1, last, 0) + _entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    allocation = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    return header + struct.pack("<109I", 0, *[free] * 108) + allocation + entries + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    free, encoded = 0xFFFFFFFF, name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, free, free, child, bytes(16), 0, 0, 0, start, size
    )
