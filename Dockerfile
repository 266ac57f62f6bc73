# One image for web, live, workers, beat and the one-shot migration; docker-compose.yml tells them
# apart by their command. PostgreSQL and Redis run in images of their own.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /srv/wfm
COPY requirements/bootstrap.txt requirements/base.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
 && .venv/bin/uv pip sync --no-cache --python .venv/bin/python --require-hashes requirements/base.txt
COPY . .
RUN .venv/bin/python tools/messages.py compile \
 && WFM_SECRET_KEY=only-while-building-only-while-building-only-while-building \
    DATABASE_URL=postgresql://build@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
    WFM_STATE_DIR=/srv/wfm/state .venv/bin/python manage.py collectstatic --noinput \
 && mkdir -p state/media

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 wfm
WORKDIR /srv/wfm
COPY --from=build --chown=wfm:wfm /srv/wfm /srv/wfm
ENV PATH=/srv/wfm/.venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=wfm.settings \
    WFM_STATE_DIR=/srv/wfm/state
USER wfm
EXPOSE 8000 8001
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "wfm.wsgi:application"]
