"""Tables in buckets: Parquet written and read by Arrow (the AWS SDK for C++) and by DuckDB, columns by ranges."""

import importlib.resources
import json
import time
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.compute
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest

import s3
from company import unique
from tools import Keys

ROWS = 300_000


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("log") / "s3.log"


@pytest.fixture(scope="module")
def keyward(new_keyward, log):
    return new_keyward(flags=["--s3-access-log", str(log)]).start()


@pytest.fixture(scope="module")
def keys(company) -> Keys:
    return Keys.of(company.hire())


@pytest.fixture
def bucket(keys) -> str:
    name = unique("tables-")
    s3.client(keys.url, keys.access_key_id, keys.secret).create_bucket(Bucket=name)
    return name


def arrow(keys: Keys) -> pyarrow.fs.S3FileSystem:
    """Arrow's own client; it does not try again, so that the first answer is the one that is judged."""
    return pyarrow.fs.S3FileSystem(
        access_key=keys.access_key_id,
        secret_key=keys.secret,
        endpoint_override=keys.host,
        scheme="http",
        region="us-east-1",
        retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1),
    )


@pytest.fixture
def files(keys) -> pyarrow.fs.S3FileSystem:
    return arrow(keys)


@pytest.fixture
def duck(keys, tmp_path):
    connection = duckdb.connect(config={"home_directory": str(tmp_path), "autoinstall_known_extensions": False})
    package = importlib.resources.files("duckdb_extension_httpfs")
    [extension] = [path for path in (package / "extensions").rglob("httpfs.duckdb_extension")]
    connection.load_extension(str(extension))
    connection.execute("set http_retries = 0")
    use(connection, keys)
    yield connection
    connection.close()


def use(duck, keys: Keys) -> None:
    """Has DuckDB sign with these keys."""
    where = f"endpoint '{keys.host}', url_style 'path', use_ssl false, region 'us-east-1'"
    who = f"key_id '{keys.access_key_id}', secret '{keys.secret}'"
    duck.execute(f"create or replace secret keyward (type s3, {who}, {where})")


def measurements() -> pyarrow.Table:
    """A narrow column and a wide one, so that it shows in bytes which of them was read."""
    number = pyarrow.array(range(ROWS), pyarrow.int64())
    wide = pyarrow.array([f"{n * 2654435761 % 2**64:020} {n * 40503 % 2**32:012}" for n in range(ROWS)])
    return pyarrow.table({"number": number, "station": pyarrow.array([f"s{n % 7}" for n in range(ROWS)]), "wide": wide})


def reads(log: Path, bucket: str, least: int) -> list[dict]:
    """What was read from a bucket, by the access log; a line comes a moment after its answer."""
    deadline = time.monotonic() + 10
    while True:
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        found = [line for line in lines if line["bucket"] == bucket and line["operation"] == "GetObject"]
        if len(found) >= least or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_one_column_is_read_by_ranges_and_not_the_whole_file(keys, bucket, files, duck, log):
    pyarrow.parquet.write_table(measurements(), f"{bucket}/a table.parquet", filesystem=files)
    size = files.get_file_info(f"{bucket}/a table.parquet").size
    assert size > 5 << 20

    narrow = pyarrow.parquet.read_table(f"{bucket}/a table.parquet", columns=["station"], filesystem=files)
    assert narrow.num_rows == ROWS and narrow.column_names == ["station"]
    by_arrow = reads(log, bucket, 1)
    [counted] = duck.sql(f"select station, count(*) from 's3://{bucket}/a table.parquet' group by 1 order by 1 limit 1").fetchall()
    assert counted == ("s0", len(range(0, ROWS, 7)))
    by_duck = reads(log, bucket, len(by_arrow) + 1)[len(by_arrow) :]

    for ranges in (by_arrow, by_duck):
        assert ranges and {line["status"] for line in ranges} == {206}, ranges
        assert sum(line["bytes_out"] for line in ranges) < size / 4, ranges
    assert pyarrow.parquet.read_table(f"{bucket}/a table.parquet", filesystem=files) == measurements()


def test_what_one_program_wrote_the_other_reads(bucket, files, duck):
    table = measurements()
    duck.register("measurements", table)
    duck.execute(f"copy measurements to 's3://{bucket}/by duck.parquet' (format parquet)")
    assert pyarrow.parquet.read_table(f"{bucket}/by duck.parquet", filesystem=files).equals(table)
    total = pyarrow.compute.sum(table["number"]).as_py()
    assert duck.sql(f"select sum(number), count(distinct wide) from 's3://{bucket}/*.parquet'").fetchall() == [(total, ROWS)]


def test_a_partitioned_dataset_is_found_by_listing(bucket, files, duck):
    places = ["Köln + Bonn", "50%", "a/b", "plain"]
    table = pyarrow.table({"place": [places[n % 4] for n in range(1000)], "number": range(1000)})
    pyarrow.dataset.write_dataset(
        table, f"{bucket}/data", format="parquet", partitioning=["place"], partitioning_flavor="hive", filesystem=files
    )
    dataset = pyarrow.dataset.dataset(f"{bucket}/data", format="parquet", partitioning="hive", filesystem=files)
    wanted = pyarrow.dataset.field("place") == "Köln + Bonn"
    assert sorted(dataset.to_table(filter=wanted)["number"].to_pylist()) == list(range(0, 1000, 4))
    found = duck.sql(f"select place, count(*) from read_parquet('s3://{bucket}/data/**/*.parquet', hive_partitioning = true) group by 1")
    assert dict(found.fetchall()) == dict.fromkeys(places, 250)
    files.delete_dir(f"{bucket}/data")
    assert files.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True)) == []


def test_a_rotation_is_not_noticed_and_a_revocation_is(company, duck):
    person = company.hire()
    me = person.login()
    old = Keys.of(person, me.new_key().expect(200).field("secret_key"))
    bucket = unique("tables-")
    person.s3(old.secret).create_bucket(Bucket=bucket)
    files, path = arrow(old), f"{bucket}/t.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2]}), path, filesystem=files)
    new = Keys.of(person, me.new_key(60).expect(200).field("secret_key"))
    use(duck, old)
    assert pyarrow.parquet.read_table(path, filesystem=files).num_rows == 2
    assert duck.sql(f"select sum(n) from 's3://{path}'").fetchall() == [(3,)]

    me.deactivate(old.secret).expect(200)
    with pytest.raises(OSError, match="ACCESS_DENIED|SignatureDoesNotMatch|403"):
        pyarrow.parquet.read_table(path, filesystem=files)
    with pytest.raises(duckdb.Error, match="403"):
        duck.sql(f"select sum(n) from 's3://{path}'").fetchall()
    use(duck, new)
    assert duck.sql(f"select sum(n) from 's3://{path}'").fetchall() == [(3,)]
