# One image for every process: the command says which one it becomes.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/srv/venv/bin:$PATH \
    DATA_DIR=/srv/data \
    HOST=0.0.0.0

RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin counterfoil \
    && install -d -o counterfoil -m 0700 /srv/data

WORKDIR /srv/counterfoil
COPY requirements.lock ./
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock

COPY . .
USER counterfoil
EXPOSE 8000 8001
CMD ["python", "-m", "config.up", "pages"]
