"""Django's SQLite engine, made ready for several processes: `ENGINE = "maillage.common.sqlite"`."""
