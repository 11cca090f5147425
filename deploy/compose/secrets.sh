#!/usr/bin/env bash
# Writes ../.env (passwords, and the digests of two tokens) and metrics-token (what Prometheus sends), once. The
# administrator's token is printed and kept nowhere.
set -euo pipefail
umask 077
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
env_file=$here/../.env
token_file=$here/metrics-token

for file in "$env_file" "$token_file"; do
  if [[ -e $file ]]; then
    echo "secrets.sh: $file exists already; remove it to make new secrets (services that have the old ones keep them)" >&2
    exit 1
  fi
done

random() { od -An -v -t x1 -N "$1" /dev/urandom | tr -d ' \n'; }
digest() { printf '%s' "$1" | sha256sum | cut -c1-64; }

admin=firn_$(random 32)
metrics=firn_$(random 32)
cat >"$env_file" <<TEXT
FIRN_POSTGRES_PASSWORD=$(random 16)
FIRN_S3_SECRET_KEY=$(random 16)
TEMPORAL_POSTGRES_PASSWORD=$(random 16)
GRAFANA_PASSWORD=$(random 8)
FIRN_API_TOKENS=administrator:$(digest "$admin")/admin,prometheus:$(digest "$metrics")/viewer
TEXT
printf '%s' "$metrics" >"$token_file"
# Prometheus runs as another user, and a secret of Compose is a file that is mounted as it is
chmod 644 "$token_file"
mkdir -p -m 755 -- "$here/../data"

echo "Wrote $(basename -- "$env_file") and $(basename -- "$token_file"). The administrator's token, shown only now:" >&2
echo "$admin"
