# One image for every role: the command says whether it serves pages, works or keeps watch.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    ISE_MAIL_DATA=/data

RUN groupadd --system --gid 10001 ise-mail \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin ise-mail \
    && install --directory --owner=ise-mail --group=ise-mail --mode=0700 /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --only-binary :all: --requirement requirements.txt \
    && python -m compileall -q /usr/local/lib/python3.13/site-packages
COPY . .
RUN python -m compileall -q /app

USER ise-mail
VOLUME /data
EXPOSE 8000
HEALTHCHECK NONE
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", "--worker-tmp-dir=/dev/shm", "ise_mail.wsgi:application"]
