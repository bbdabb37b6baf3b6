"""Ingest with a small and with a large index, in turn: 10,000 and 2,000,000 instances are put into the databases of two systems by SQL,
as if they had come in.

Rows of a size as real ones have; their files lie in a tier that is not set up, which ingest never looks at.
The two rates should be the same.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests.bench.objects import Stack
from tests.bench.rows import database
from tests.bench.servers import Server, lightbox
from tests.bench.store import OBJECTS, rate
from tests.bench.table import Better, Table

INDEXED = (10_000, 2_000_000)
EACH_STUDY = 250
ROUNDS, SENDERS = 9, 4
STUDIES = """
INSERT INTO imaging_study (study_instance_uid, match_state, patient_id, issuer_of_patient_id, patient_name, patient_sex, accession_number,
  study_id, study_date, study_description, referring_physician_name, modalities_in_study, series_count, instance_count, size_bytes,
  attributes, first_received_at, last_received_at, has_news, noted_instance_count)
SELECT '1.2.9.1' || lpad(n::text, 9, '0'), 'apart', 'G' || n, '', 'GROWTH^' || n, 'F', 'G' || n, '', '2020-01-01', 'CT', '', '\\CT\\', 1,
  {each}, {each} * 526000, '{{}}', now(), now(), false, {each} FROM generate_series(1, {studies}) n
"""
SERIES = """
INSERT INTO imaging_series (study_id, series_instance_uid, modality, series_description, body_part_examined, laterality, station_name,
  performed_procedure_step_uid, instance_count, attributes)
SELECT id, replace(study_instance_uid, '1.2.9.1', '1.2.9.2'), 'CT', '', '', '', '', '', {each}, '{{}}' FROM imaging_study
WHERE patient_id LIKE 'G%' AND series_count = 1 AND NOT EXISTS (SELECT 1 FROM imaging_series WHERE study_id = imaging_study.id)
"""
INSTANCES = """
INSERT INTO imaging_instance (series_id, sop_instance_uid, sop_class_uid, instance_number, transfer_syntax_uid, rows, columns,
  number_of_frames, path, tier, size_bytes, sha256, dataset_sha256, dataset_offset, frame_offsets, source_ae_title, received_at)
SELECT s.id, '1.2.9.3.' || s.id || '.' || n, '1.2.840.10008.5.1.4.1.1.2', n, '1.2.840.10008.1.2.1', 512, 512, 1,
  '2020/01/01/0000/' || md5(s.id || '.' || n) || '.dcm', 'elsewhere', 526000, repeat(md5(s.id || 'a' || n), 2),
  repeat(md5(s.id || 'b' || n), 2), 340,
  decode('0000000000000000', 'hex'), 'GROWTH', now()
FROM imaging_series s, generate_series(1, {each}) n
WHERE s.series_instance_uid LIKE '1.2.9.2%' AND NOT EXISTS (SELECT 1 FROM imaging_instance i WHERE i.series_id = s.id)
"""
METADATA = """
INSERT INTO imaging_instancemetadata (instance_id, json_zlib)
SELECT i.id, decode(repeat(md5(i.id::text), 16), 'hex') FROM imaging_instance i
WHERE i.source_ae_title = 'GROWTH' AND NOT EXISTS (SELECT 1 FROM imaging_instancemetadata m WHERE m.instance_id = i.id)
"""


def run(table: Table, folder: Path, next_number: Callable[[], int]) -> None:
    """Two systems, side by side on one PostgreSQL: the disk of a machine tires over minutes, and must tire for both."""
    with ExitStack() as stack:
        servers: dict[int, Server] = {}
        for indexed in INDEXED:
            servers[indexed] = stack.enter_context(lightbox(folder / f"indexed-{indexed}"))
            fill(indexed // EACH_STUDY)
            rate(servers[indexed], Stack(next_number(), OBJECTS), SENDERS)  # the first after filling pays for what the database reads again
        rates: dict[int, list[float]] = {indexed: [] for indexed in INDEXED}
        for _ in range(ROUNDS):
            for indexed, server in servers.items():
                rates[indexed].append(rate(server, Stack(next_number(), OBJECTS), SENDERS))
    for indexed, server in servers.items():
        table.row(f"C-STORE, {SENDERS} senders, {indexed:,} instances indexed", "objects/s", {server.name: rates[indexed]}, Better.MORE)


def fill(studies: int) -> None:
    """So many studies into the system started last, each with one series of 250 instances; then everything is settled."""
    values = {"studies": studies, "each": EACH_STUDY}
    with psycopg.connect(database(), autocommit=True) as connection:
        for statement in (STUDIES, SERIES, INSTANCES, METADATA):
            connection.execute(statement.format(**values))  # type: ignore[arg-type]  numbers of our own
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
