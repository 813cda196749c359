# The same code as `make run`, in production shape: no secrets inside, no root, one process a container.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt

# bookworm has the client programs of PostgreSQL 15, the server of docker-compose.yml: a newer pg_restore is refused by it.
FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ARWORK_ENV=production \
    DATA_DIR=/data \
    STATIC_ROOT=/app/static-built \
    BIND=0.0.0.0 \
    PORT=8000 \
    REMAP_SIGTERM=SIGQUIT
# pg_dump and pg_restore of the server's version, for `manage.py backup` and `restore`.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin arwork \
    && install -d -o arwork -g arwork -m 0700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py CHANGELOG.md ./
COPY arwork arwork
COPY claims claims
COPY collections_app collections_app
COPY templates templates
COPY static static
COPY docs/closing-a-month.md docs/closing-a-month.md
# Static files get their hashed names now. The settings want values that this step does not use.
RUN SECRET_KEY="$(head -c 32 /dev/urandom | base64)" MATCH_KEY_SECRET="$(head -c 32 /dev/urandom | base64)" \
    AUDIT_KEY="$(head -c 32 /dev/urandom | base64)" FIELD_KEYS="build:$(head -c 32 /dev/urandom | base64)" \
    ALLOWED_HOSTS=unused DATABASE_URL=sqlite:// \
    REDIS_URL=unix:///unused DATA_DIR=/tmp python manage.py collectstatic --noinput -v 0
USER arwork
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "arwork/runner/probe.py"]
CMD ["gunicorn", "-c", "python:arwork.runner.gunicorn_conf", "arwork.wsgi"]
