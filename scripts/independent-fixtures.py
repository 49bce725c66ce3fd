"""Makes documents by tools that know nothing of Writ, and writes down what each tool says is in them.

Run `python3 scripts/independent-fixtures.py` at the root of the checkout. It needs PyYAML, the command line of SQLite, GNU tar, Info-ZIP, git,
util-linux, nginx, LibreOffice and Chromium (Debian: python3-yaml sqlite3 zip git bsdutils nginx-light libreoffice-calc libreoffice-writer
chromium fonts-wqy-zenhei). What servers, LibreOffice and Chromium write differs each time in its dates and ids; the rest is the same bytes.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fixtures'))

import documents  # noqa: E402
import logs  # noqa: E402
import records  # noqa: E402
import truth  # noqa: E402

records.make()
logs.make()
documents.make()
truth.save()
