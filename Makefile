# make run    everything that is needed, then the server on http://127.0.0.1:8000 (PORT=9000 for another port)
# make setup  the same without the server: leaves .venv/ and var/
# make test   lint, types and every test, browser tests included
# make lint   lint and types alone
# make lock   write constraints.txt and locks/ (the hashes) anew from the environment
# make licences  write docs/licences.md anew; stops at a licence that does not go with ours
# make wheel write the wheel and the source archive into dist/, with styles, scripts, translations and weights
# make sbom   write build/kb-assist.cdx.json, the bill of materials (CycloneDX)
# make advisories OSV=FILE  look our versions up in advisories that lie here (OSV documents, a zip file or folder)
# make clean  remove what was built (not var/: database, models and index stay)

.PHONY: run setup test lint lock licences wheel sbom advisories clean environment development
.NOTPARALLEL:

NEWEST_TESTED := 3.14
PORT ?=

define FIND_PYTHON
for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
  command -v "$$candidate" >/dev/null 2>&1 || continue; \
  if "$$candidate" -c 'import sys; sys.exit(not (3, 11, 5) <= sys.version_info[:3] < (3, 15))' 2>/dev/null; \
  then echo "$$candidate"; exit 0; fi; \
done; \
echo "kb-assist needs Python 3.11.5 to $(NEWEST_TESTED); found: $$(command -v python3 >/dev/null 2>&1 && python3 --version 2>&1 || echo none)." >&2; \
echo "Install one (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13)," >&2; \
echo "or name the one to use: make run PYTHON=/path/to/python3.12" >&2; \
exit 1
endef

run: export KB_PORT := $(or $(PORT),$(KB_PORT),8000)
run: setup
	@exec .venv/bin/kb serve

setup: environment
	@.venv/bin/kb setup

environment:
	@python=$$($(FIND_PYTHON)) && "$$python" scripts/prepare.py env assets

development:
	@python=$$($(FIND_PYTHON)) && "$$python" scripts/prepare.py dev-env assets browser nginx

lint: development
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test: lint
	@env -u KB_HOME -u KB_MODEL .venv/bin/kb model prepare
	.venv/bin/python -m pytest -n auto --dist loadfile

lock: development
	@.venv/bin/python -m scripts.lock

licences: development
	@.venv/bin/python -m scripts.supply.licences

wheel: environment
	@.venv/bin/python -m scripts.package

sbom: development
	@.venv/bin/python -m scripts.supply.sbom

advisories: development
	@.venv/bin/python -m scripts.supply.advisories $(or $(OSV),$(error name the advisories: make advisories OSV=/path/to/osv.zip))

clean:
	rm -rf .venv node_modules webapp/static/dist build dist *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find webapp/translations -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
