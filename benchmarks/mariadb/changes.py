"""The kinds of change that are measured, each as one command of ALTER TABLE on the table below."""

from __future__ import annotations

TABLE = """
    CREATE TABLE referenced (id int PRIMARY KEY) ENGINE=InnoDB;
    INSERT INTO referenced SELECT seq FROM seq_1_to_100;
    CREATE TABLE {name} (
        id int AUTO_INCREMENT PRIMARY KEY, ref int NOT NULL, short varchar(40) CHARACTER SET latin1 NOT NULL,
        wide varchar(100) CHARACTER SET latin1, number int, state enum('new', 'done') NOT NULL DEFAULT 'new', body text,
        made datetime, KEY by_number (number), KEY by_ref (ref),
        CONSTRAINT positive CHECK (ref > 0), CONSTRAINT to_referenced FOREIGN KEY (ref) REFERENCES referenced (id)
    ) ENGINE=InnoDB;
    INSERT INTO {name} (ref, short, wide, number, body) SELECT 1 + seq % 100, concat('s', seq), repeat('w', 60), seq,
        repeat('b', 200) FROM seq_1_to_{rows};
"""
BARE = """
    CREATE TABLE {name} (id int NOT NULL, number int, body text) ENGINE=InnoDB;
    INSERT INTO {name} SELECT seq, seq, repeat('b', 260) FROM seq_1_to_{rows};
"""
ON_BARE = frozenset({"add-primary-key"})
CHANGES = {
    "add-column": "ADD COLUMN extra int",
    "add-column-default": "ADD COLUMN extra int NOT NULL DEFAULT 7",
    "add-column-generated-stored": "ADD COLUMN extra int AS (number * 2) PERSISTENT",
    "add-column-generated-virtual": "ADD COLUMN extra int AS (number * 2) VIRTUAL",
    "drop-column": "DROP COLUMN body",
    "rename-column": "RENAME COLUMN number TO renamed",
    "set-default": "ALTER COLUMN number SET DEFAULT 7",
    "drop-default": "ALTER COLUMN state DROP DEFAULT",
    "add-index": "ADD INDEX by_short (short)",
    "add-unique": "ADD UNIQUE INDEX by_short (short)",
    "add-fulltext": "ADD FULLTEXT INDEX by_body (body)",
    "drop-index": "DROP INDEX by_number",
    "rename-index": "RENAME INDEX by_number TO by_other",
    "add-primary-key": "ADD PRIMARY KEY (id)",
    "drop-primary-key": "DROP PRIMARY KEY, MODIFY id int NOT NULL",
    "add-foreign-key": "ADD CONSTRAINT again FOREIGN KEY (ref) REFERENCES referenced (id)",
    "drop-foreign-key": "DROP FOREIGN KEY to_referenced",
    "add-check": "ADD CONSTRAINT upto CHECK (number > 0)",
    "drop-check": "DROP CONSTRAINT positive",
    "rename-table": "RENAME TO renamed_table",
    "convert-character-set": "CONVERT TO CHARACTER SET utf8mb4",
    "rebuild": "ENGINE=InnoDB",
    "set-auto-increment": "AUTO_INCREMENT = 10000000",
    "set-comment": "COMMENT = 'said'",
    "modify-type": "MODIFY number bigint",
    "modify-not-null": "MODIFY number int NOT NULL",
    "modify-nullable": "MODIFY short varchar(40) CHARACTER SET latin1",
    "modify-longer": "MODIFY short varchar(80) CHARACTER SET latin1 NOT NULL",
    "modify-shorter": "MODIFY wide varchar(70) CHARACTER SET latin1",
    "modify-enum-appended": "MODIFY state enum('new', 'done', 'gone') NOT NULL DEFAULT 'new'",
}
