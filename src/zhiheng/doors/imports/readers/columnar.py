"""Parquet files, read batch by batch; values become text as a person would write them.

Nested columns are refused: a cell is one value.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from zhiheng.doors.imports.readers.kinds import PARQUET
from zhiheng.doors.imports.readers.layout import (
    CELL_MOST,
    COLUMNS_MOST,
    ROWS_MOST,
    Fits,
    Layout,
    Line,
    best_header,
    cell_too_long,
    damaged,
    empty_file,
    too_many_columns,
    too_many_rows,
)
from zhiheng.doors.imports.readers.values import cell_text
from zhiheng.kernel.errors import N_, refuse

_BATCH: Final = 2000
_GROUP_MOST: Final = 2 << 30


def inspect(path: Path, fits: Fits) -> Layout:
    """How this Parquet file is read."""
    with _opened(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        if len(schema) > COLUMNS_MOST:
            raise too_many_columns(len(schema))
        if metadata.num_rows > ROWS_MOST:
            raise too_many_rows()
        if metadata.num_rows == 0:
            raise empty_file()
        for column in schema:
            if pa.types.is_nested(column.type):
                raise refuse(
                    "file.nested",
                    N_("The column %(column)s holds lists or tables, not single values."),
                    N_("Write it as text, several values separated by “；”."),
                    column=column.name[:60],
                )
        _check_groups(metadata)
        best_header([(1, list(schema.names))], fits)
        return Layout(kind=PARQUET, headings=tuple(schema.names), header=1, total=metadata.num_rows)


def _check_groups(metadata: Any) -> None:
    for place in range(metadata.num_row_groups):
        size = metadata.row_group(place).total_byte_size
        if size > _GROUP_MOST:
            raise refuse(
                "file.bomb",
                N_("Unpacked, a part of the file would have %(bytes)d bytes."),
                N_("Write the file in smaller row groups, or as CSV."),
                bytes=size,
            )


def _opened(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged("Parquet", error) from error


def lines(path: Path, layout: Layout) -> Iterator[Line]:
    """The rows of the file, numbered as if the headings stood in row 1."""
    number = layout.header
    with _opened(path) as file:
        try:
            for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
                columns = [_texts(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield _line(number, list(cells))
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise damaged("Parquet", error) from error


def _texts(column: Any) -> list[str]:
    return [cell_text(value) for value in column.to_pylist()]


def _line(number: int, cells: list[str]) -> Line:
    flaws = {place: cell_too_long(len(cell)) for place, cell in enumerate(cells) if len(cell) > CELL_MOST}
    for place in flaws:
        cells[place] = cells[place][:CELL_MOST]
    return Line(number, cells, flaws or None)
