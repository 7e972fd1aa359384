#!/bin/sh
# Make the secrets that compose.yaml hands to its containers as files, in secrets/ beside it. What is there already is kept, so
# it may be run again. No secret is ever printed, or in the environment of a container.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
# The folder is closed to others; each file is open to the user of the container into which alone it is mounted.
put() { [ -e "secrets/$1" ] || { cat >"secrets/$1.new" && chmod 444 "secrets/$1.new" && mv "secrets/$1.new" "secrets/$1"; }; }

random | put kb_secret_key
random | put kb_metrics_token
random | put postgres_password
printf 'postgresql+psycopg://kb:%s@postgres/kb' "$(cat secrets/postgres_password)" | put kb_database
random | put kb_milvus_password
printf 'common:\n  security:\n    authorizationEnabled: true\n    defaultRootPassword: "%s"\n' \
    "$(cat secrets/kb_milvus_password)" | put milvus.yaml

if [ ! -e secrets/tls_certificate ]; then
    # For trying it out. Browsers warn of it: put your own certificate and key in its place.
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=${1:-localhost}" -addext "subjectAltName=DNS:${1:-localhost}" \
        -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
    chmod 444 secrets/tls_key secrets/tls_certificate
    echo "A certificate for ${1:-localhost} that nobody has signed is in secrets/tls_certificate; yours goes there."
fi
echo "Secrets are in $(pwd)/secrets. Keep a copy where your backups are."
