#!/bin/sh
# Installs MariaDB from Debian's packages; its own service is not used and may be stopped.
set -eu
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mariadb-server mariadb-client
